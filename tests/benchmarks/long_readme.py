"""A model whose README is as long as the longest: headings, paragraphs, lists, code, tables and links."""

from dataclasses import replace

from replicate_tui.demo.model import DemoModel
from tests.demo.models import GREETER

README_BYTES = 65_000
FIRST_WORDS = "Read me from the top"
LAST_WORDS = "Nothing comes after this"
NAME = "acme/long-readme"

_CHAPTER = """
## Chapter {number}

What the model *does* with a **prompt** is told in `chapter {number}`, and once more in
[the longer text](https://example.com/chapters/{number}), which nobody reads. The quick brown fox jumps over the
lazy dog, and the lazy dog, who has seen this before, sleeps on.

- the first point, with `code` in it
- the second point, with a [link](https://example.com)
- the third point

| input | type | meaning |
| --- | --- | --- |
| prompt | string | what to draw |
| steps | integer | how long to draw it |

```python
output = replicate.run("acme/long-readme", input={{"prompt": "chapter {number}"}})
print(output)
```
"""


def model() -> DemoModel:
    text = f"# {FIRST_WORDS}\n"
    number = 0
    while len(text) < README_BYTES:
        number += 1
        text += _CHAPTER.format(number=number)
    owner, name = NAME.split("/")
    return replace(GREETER, owner=owner, name=name, readme=f"{text}\n{LAST_WORDS}\n")
