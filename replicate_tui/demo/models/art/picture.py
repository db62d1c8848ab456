"""From a prompt to a picture: which scene, which palette, and which figures its words ask for."""

import hashlib
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from replicate_tui.demo.models.art.abstract import paint_flow, paint_geometry
from replicate_tui.demo.models.art.canvas import Canvas
from replicate_tui.demo.models.art.city import paint_city
from replicate_tui.demo.models.art.colour import Palette, palette_for
from replicate_tui.demo.models.art.figures import FIGURES, figures_in
from replicate_tui.demo.models.art.landscape import paint_landscape
from replicate_tui.demo.models.art.pen import Pen
from replicate_tui.demo.models.art.plants import paint_plants
from replicate_tui.demo.models.art.sea import paint_sea, paint_underwater
from replicate_tui.demo.models.art.space import paint_space
from replicate_tui.demo.models.art.table import paint_portrait, paint_thing

_SCENES: dict[str, str] = {
    "landscape": "mountain mountains landscape forest valley hill hills lake river fog mist desert dune canyon alps "
    "snow winter meadow countryside volcano pine house cabin cottage balloon horse unicorn field nature",
    "sea": "sea ocean beach coast island lighthouse boat ship sail sailing wave waves harbour harbor shore sunset",
    "underwater": "underwater submarine fish reef coral whale jellyfish diver aquarium",
    "city": "city skyline street tokyo york urban cyberpunk neon building buildings tower rain rainy downtown "
    "futuristic robot machine metropolis",
    "space": "space astronaut planet galaxy nebula star stars rocket moon mars saturn cosmos alien universe "
    "orbit spaceship",
    "flow": "abstract dream music wind painting oil flow swirl texture poem emotion fire storm marble van gogh complex",
    "geometry": "bauhaus geometric geometry poster pattern minimal shapes mosaic logo cubist tiles grid modern design",
    "plants": "flower flowers plant garden tree leaf leaves fern botanical blossom bouquet cherry fractal bonsai "
    "spring",
    "portrait": "portrait cat kitten dog puppy fox wombat bear corgi frog gentleman monocle animal sunglasses hat "
    "tiger",
    "thing": "armchair chair avocado sandwich burger food vase fruit teapot cup product still bowl apple lunch "
    "breakfast",
}
_FALLBACK = ("landscape", "sea", "city", "flow", "geometry", "plants", "space", "underwater")


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be painted; `words` are the prompt's own, in lower case."""

    scene: str
    palette: Palette
    figures: tuple[str, ...]
    words: tuple[str, ...]


def words_of(prompt: str) -> tuple[str, ...]:
    """Return the words of a prompt in lower case, and behind each plural its singular."""
    found: list[str] = []
    for word in re.findall(r"[a-z0-9']+", prompt.lower()):
        found.append(word)
        if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
            found.append(word[:-1])
    return tuple(found)


def generator(prompt: str, seed: int, purpose: str = "") -> random.Random:
    """Return a generator that depends on the prompt and the seed and on nothing else."""
    digest = hashlib.sha256(f"{seed}\0{prompt.strip()}\0{purpose}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def plan(prompt: str, seed: int, *, scene: str | None = None) -> Plan:
    """Choose scene, palette and figures; `scene` settles the first of them."""
    words = words_of(prompt)
    rng = generator(prompt, seed, "plan")
    figures = figures_in(words)
    chosen = scene or _scene(words, rng)
    if chosen in ("sea", "landscape") and "cat" in words:
        figures.append("cat")
    return Plan(chosen, palette_for(words, rng), tuple(figures[:3]), words)


def _scene(words: Sequence[str], rng: random.Random) -> str:
    scores = {name: 1.0 * len(set(known.split()) & set(words)) for name, known in _SCENES.items()}
    # A named subject outweighs the surroundings, and a medium says less than either.
    scores["space"] *= 2 if "astronaut" in words else 1
    scores["portrait"] *= 0.9
    scores["thing"] *= 2
    scores["flow"] *= 0.7
    best = max(scores.values())
    if not best:
        return rng.choice(_FALLBACK)
    return rng.choice([name for name, score in scores.items() if score == best])


def paint(prompt: str, seed: int, size: tuple[int, int], *, scene: str | None = None, mark: bool = True) -> Image.Image:
    """Return the RGB picture of `size` pixels for a prompt: the same for the same arguments, on every machine."""
    made = plan(prompt, seed, scene=scene)
    canvas = Canvas(size, generator(prompt, seed, "paint"))
    _BACKGROUNDS[made.scene](canvas, made)
    for order, figure in enumerate(made.figures):
        _place(canvas, made, figure, order)
    flat = made.scene in ("geometry", "plants", "flow")
    return canvas.finish(grain_amount=0.1 if flat else 0.14, vignette=0.2 if flat else 0.35, mark=mark)


def _thing(canvas: Canvas, made: Plan) -> None:
    known = set(made.words)
    name = "armchair" if known & {"armchair", "chair"} else "vase"
    if known & {"sandwich", "burger", "food", "lunch", "breakfast"}:
        name = "sandwich"
    paint_thing(canvas, made.palette, name, made.words)


def _space(canvas: Canvas, made: Plan) -> None:
    standing = bool(
        {"unicorn_rider", "horse_rider", "astronaut", "robot", "horse", "unicorn", "house"} & set(made.figures)
    )
    paint_space(canvas, made.palette, made.words, ground=standing or "mars" in made.words)


_BACKGROUNDS: dict[str, Callable[[Canvas, Plan], object]] = {
    "landscape": lambda canvas, made: paint_landscape(canvas, made.palette, made.words),
    "sea": lambda canvas, made: paint_sea(canvas, made.palette, made.words),
    "underwater": lambda canvas, made: paint_underwater(canvas, made.palette, made.words),
    "city": lambda canvas, made: paint_city(canvas, made.palette, made.words),
    "space": _space,
    "flow": lambda canvas, made: paint_flow(canvas, made.palette),
    "geometry": lambda canvas, made: paint_geometry(canvas, made.palette),
    "plants": lambda canvas, made: paint_plants(canvas, made.palette, made.words),
    "portrait": lambda canvas, made: paint_portrait(canvas, made.palette, made.words),
    "thing": _thing,
}


def _place(canvas: Canvas, made: Plan, name: str, order: int) -> None:
    figure = FIGURES[name]
    side = (0.36, 0.66, 0.5)[order] + canvas.rng.uniform(-0.06, 0.06)
    if name == "lighthouse":
        side = canvas.rng.choice((0.2, 0.8))
    foot = (canvas.width * side, canvas.height * figure.stands)
    figure.draw(Pen(canvas, foot, canvas.unit * figure.tall, made.palette))
