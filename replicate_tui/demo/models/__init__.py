"""The models of the demo service: one file each, ending in `MODEL = DemoModel(...)`.

To add one:

1. Write `demo/models/<name>.py` with a README that says it is a local stand-in, the inputs by `_schema.inputs(...)`,
   and `async def run(job, input)`, which really does the work and reports only what it measured or drew.
2. Let everything slow happen in a plain function called by `job.compute`, and import Pillow inside of it only: the
   catalogue is imported before the service answers its first request.
3. Take time with `job.sleep` and `_logs.walk`, so that a run takes two to eight seconds at speed 1.
4. Draw what depends on chance from a generator of the prompt and the seed, so that a run can be repeated.
5. Name the module in `demo/catalogue.py`, in `MODELS` and in at least one collection.
"""
