"""How a picture file becomes something a terminal shows; everything here runs in a thread."""
