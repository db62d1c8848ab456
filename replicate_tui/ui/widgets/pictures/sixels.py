"""Pictures as sixels, encoded by textual-image."""

from typing import Final

from PIL import Image

_BAND: Final = 6


def sixel_message(image: Image.Image, width: int, height: int) -> str:
    """Return the bytes, as text, that draw `image` in at most `width` by `height` pixels from the cursor on.

    Only the encoder of textual-image is imported, which does not look at the terminal; takes a tenth of a second.
    """
    from textual_image._sixel import image_to_sixels

    # A band that reaches below the last row would scroll the screen.
    whole_bands = max(_BAND, height - height % _BAND)
    message: str = image_to_sixels(image.convert("RGB").resize((max(1, width), whole_bands), Image.Resampling.BILINEAR))
    return message


def placed(message: str, column: int, row: int) -> str:
    """Return `message` to be drawn at a place of the screen (from 0), with the cursor left where it was."""
    return f"\x1b7\x1b[{row + 1};{column + 1}H{message}\x1b8"
