/* A quick look at bytes: are they all alike, and how much would taking them apart into planes gain? */
#include "dumont.h"

#define SLICES 16
#define SLICE 1024

/* log2 in 1024ths, for numbers from 1: the exponent, and a parabola between powers of two; right to a 500th. */
static uint32_t log2_1024(uint32_t x)
{
    uint32_t exponent = 31 - (uint32_t)__builtin_clz(x);
    uint64_t part = ((uint64_t)x << 32 >> exponent) - (1ull << 32); /* 0 to 1, in 2^32ths */
    uint64_t t = part >> 22;                                        /* in 1024ths */
    return exponent * 1024 + (uint32_t)(t + (t * (1024 - t) * 352 >> 20));
}

/* The entropy of what was counted, in 1024ths of a bit for each. */
uint32_t entropy(const uint32_t counts[256])
{
    uint64_t total = 0, sum = 0;
    for (int v = 0; v < 256; v++) {
        total += counts[v];
        if (counts[v] > 1)
            sum += (uint64_t)counts[v] * log2_1024(counts[v]);
    }
    if (!total)
        return 0;
    uint64_t most = log2_1024((uint32_t)total), mean = sum / total;
    return most > mean ? (uint32_t)(most - mean) : 0;
}

static int all_alike(const uint8_t *data, size_t size)
{
    const size_t first = MIN(size, 64);
    return !memcmp(data, data + 1, first - 1) && !memcmp(data, data + 1, size - 1);
}

static void add(const uint32_t *from, uint32_t *to)
{
    for (int v = 0; v < 256; v++)
        to[v] += from[v];
}

void probe_bytes(const uint8_t *data, size_t size, struct probe *found)
{
    uint32_t counts[8][256] = {{0}};
    memset(found, 0, sizeof *found);
    if (!size)
        return;
    found->fill = all_alike(data, size);
    if (found->fill)
        return;
    const size_t slice = size >= SLICES * SLICE ? SLICE : size / SLICES & ~(size_t)7;
    for (size_t i = 0; i < SLICES; i++) {
        const uint8_t *at = data + ((size - slice) / SLICES * i & ~(size_t)7);
        for (size_t j = 0; j < slice; j += 8)
            for (size_t k = 0; k < 8; k++)
                counts[k][at[j + k]]++;
    }
    /* Planes of the wider stride, added up, are those of the narrower one. */
    for (unsigned stride = 8, place = 3;; stride /= 2, place--) {
        uint32_t sum = 0;
        for (unsigned k = 0; k < stride; k++)
            sum += entropy(counts[k]);
        found->bits[place] = sum / stride;
        if (stride == 1)
            break;
        for (unsigned k = 0; k < stride / 2; k++)
            add(counts[k + stride / 2], counts[k]);
    }
}

DUMONT void dumont_probe(const uint8_t *data, size_t size, struct probe *found) { probe_bytes(data, size, found); }
