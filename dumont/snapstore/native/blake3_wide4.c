/* Four inputs of BLAKE3 beside each other, on any processor that the compiler has vectors for. */
#define NAME blake3_wide4
#define LANES 4
#define FETCH(in, at, m)              \
    for (int w = 0; w < 16; w++)      \
        m[w] = (vec){load32(in[0] + (at) + 4 * w), load32(in[1] + (at) + 4 * w), load32(in[2] + (at) + 4 * w), \
                     load32(in[3] + (at) + 4 * w)};
#include "blake3_wide.h"
