"""Pictures drawn with Pillow from words and a seed. Imported by models inside their blocking functions only."""
