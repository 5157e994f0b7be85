"""Plain words: a GPU, a place, a cloud, `x2`, `24GB`, `$0.5`, `spot`."""

import re

from dumont.basics.gpu import named
from dumont.market.rules import places
from dumont.market.rules.words import fields, gpus
from dumont.market.rules.words.asked import Asked, refused

NAME_WORDS = 5
MEMORY_UNIT = re.compile(r"(?i)[0-9](gb|gib|g)\+?$")
PROVIDERS = {
    **{name: name for name in ("vast", "runpod", "lambda", "akash", "ionet", "render", "aws", "gcp", "local")},
    **{"vast.ai": "vast", "vastai": "vast", "io.net": "ionet", "amazon": "aws", "ec2": "aws", "google": "gcp"},
    **{"lambdalabs": "lambda", "gce": "gcp"},
}
"""Any other cloud is asked for by `provider=`."""
SILENT = frozenset({"in", "at", "and", "with", "on", "the", "gpu", "gpus", "for", "an", "a", "hour"})
SAID = {
    **{"spot": ("spot", True), "interruptible": ("spot", True), "verified": ("verified", True)},
    **{"ondemand": ("spot", False), "on-demand": ("spot", False), "unverified": ("verified", False)},
    **{"cheapest": ("sort", "price"), "best": ("sort", "g_score")},
}
REGION = re.compile(r"(?i)^(us|eu|ap|ca|sa|me|af|il|mx|asia|europe|northamerica|southamerica|australia|africa)-[\w-]+$")
TIMES = re.compile(r"(?i)^(?:[x×*]([0-9.]+)|([0-9.]+)[x×*])$")
TIMES_NAME = re.compile(r"(?i)^([0-9]+)[x×*](\D.+|[0-9]{4}.*)$")
NAME_TIMES = re.compile(r"(?i)^(.+?)[x×*]([0-9]+)$")
MONEY = re.compile(r"^(?:\$([0-9.]+)|([0-9.]+)\$|([0-9.]+)/(?:h|hr|hour))$")
MEMORY = re.compile(r"(?i)^([0-9.]+)(?:gb|gib|g)\+?$")
UNIT_APART = re.compile(r"(?i)^[0-9]+(?:\.[0-9]+)? +(?:gb|gib|x|gpus?)(?![\w])")
FAMILY = re.compile(
    r"(?i)^(?:(?:nvidia|amd|geforce|rtx|gtx|tesla|quadro|radeon|rx|instinct|titan|pro|intel|arc) +)*\S+"
)
MODEL = re.compile(r"(?i)^(?=.*[0-9])[a-z]*[ ]?[a-z0-9 _-]{2,40}$")


def put_name(asked: Asked, run: str) -> bool:
    """A run of words that names a GPU or a place. `in` is a word, `IN` is India."""
    if run in SILENT:
        return False
    if run.lower() not in PROVIDERS and places.countries(run):
        asked.place(run)
        return True
    if ":" in run or "," in run or not named(run):
        return False
    asked.model(run)
    return True


def put_word(asked: Asked, word: str) -> bool:
    """Whether it was understood."""
    small = word.lower()
    if small in SILENT:
        return True
    if small in PROVIDERS:
        asked.add("providers", [PROVIDERS[small]])
    elif small in SAID:
        field, value = SAID[small]
        asked.put(field, value, word)
        if field == "sort":
            asked.put("descending", value == "g_score", word)
    elif REGION.match(word):
        asked.add("regions", [small])
    else:
        return _put_figure(asked, word)
    return True


def known() -> list[str]:
    """Words that stand for themselves."""
    return [*PROVIDERS, *SAID, *fields.ALIASES]


def figure_with_unit(text: str) -> str | None:
    """`24 GB`, `2 x`, `2 gpus`: a number whose unit stands apart."""
    found = UNIT_APART.match(text)
    return found[0] if found else None


def like_a_gpu(text: str) -> str | None:
    """A word with figures and letters in it, or a family and a figure: `RTX 9999`, `H900`."""
    found = FAMILY.match(text)
    run = found[0].rstrip(",;") if found else ""
    is_number = re.fullmatch(r"[0-9]{1,2}|[0-9]*\.[0-9]*|[0-9]{5,}", run)
    return run if MODEL.match(run) and not is_number else None


def _put_figure(asked: Asked, word: str) -> bool:
    small = word.lower()
    if found := TIMES.match(word):
        gpus.put_count(asked, found[1] or found[2], word)
    elif found := re.fullmatch(r"([0-9]+)gpus?", small):
        gpus.put_count(asked, found[1], word)
    elif found := MONEY.match(word):
        fields.put_figure(asked, "price", "<=", found[1] or found[2] or found[3], word)
    elif found := MEMORY.match(word):
        fields.put_figure(asked, "vram", ">=", found[1], word)
    elif gpus.UNIT.search(word) and ".." in word:
        gpus.put(asked, word)
    elif (found := TIMES_NAME.match(word)) and named(found[2]):
        gpus.put_count(asked, found[1], word)
        asked.model(found[2])
    elif (found := NAME_TIMES.match(word)) and named(found[1]):
        gpus.put_count(asked, found[2], word)
        asked.model(found[1])
    elif "," in word and all(named(name) for name in word.split(",") if name):
        gpus.put(asked, word)
    elif re.fullmatch(r"[0-9]{1,2}|[0-9]*\.[0-9]+", word):
        raise refused(
            word, "may be a price or a count", f"Write <{word} for a price, x2 for two GPUs, 24GB for memory."
        )
    else:
        return False
    return True
