"""A search in the words of whoever searches: what they write becomes a `Query`, and a `Query` becomes words again.

Three spellings are known, and may be mixed in one line:

    H100:80GB:1..8                                                 name : memory of one GPU : how many
    gpu_name=RTX_4090 num_gpus=1 reliability>0.98 dph<0.5          a field, a comparison, a value
    4090 x2 <0.5 EU                                                plain words

A limit includes its value, except of counts (`num_gpus>1` is two or more). What is not understood is never left out
silently: it is refused by name, and a GPU that nobody knows is kept as such, so that the answer can suggest others.
"""

from dumont.market.rules.words.reading import read
from dumont.market.rules.words.writing import write

__all__ = ["read", "write"]
