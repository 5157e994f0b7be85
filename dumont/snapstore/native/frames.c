/* Frames of FORMAT.md, section 3, many in one call: chosen, coded, named; decoded and held against their names. */
#include "dumont.h"

static int decode(unsigned codec, const uint8_t *payload, size_t stored, uint8_t *out, size_t n)
{
    int good = 0;
    if (codec == RAW && stored == n) {
        memcpy(out, payload, n);
        good = 1;
    } else if (codec == FILL && stored == 1) {
        memset(out, payload[0], n);
        good = 1;
    } else if (codec == PLANES) {
        good = planes_decode(payload, stored, out, n);
    } else if (codec == ZSTD) {
        if (!zstd_there())
            return NOT_HERE;
        good = zstd_decode(payload, stored, out, n);
    } else if (codec == DEFLATE) {
        return NOT_HERE;
    }
    return good ? GOOD : DAMAGED;
}

int frame_open(unsigned codec, const uint8_t *payload, size_t stored, uint8_t *out, size_t n,
               const uint8_t *name_or_null, const uint8_t *key_or_null)
{
    uint8_t name[32];
    const int why = decode(codec, payload, stored, out, n);
    if (why || !name_or_null)
        return why;
    blake3_once(out, n, key_or_null, name);
    return memcmp(name, name_or_null, 32) ? OTHER_NAME : GOOD;
}

/* From frame `first` on: decodes each into its place, checks its name where `names` are given.
   Says the first that is not good, and why; or `count`. */
DUMONT size_t dumont_decode_frames(const uint8_t *buffer, size_t size, size_t first, size_t count,
                                   const uint64_t *at, const uint32_t *stored, const uint32_t *raw,
                                   const uint8_t *codecs, uint8_t *out, size_t room, const uint64_t *places,
                                   const uint8_t *names, const uint8_t *key_or_null, int *why)
{
    for (size_t i = first; i < count; i++) {
        const size_t n = raw[i];
        *why = DAMAGED;
        if (n > LONGEST || at[i] > size || stored[i] > size - at[i] || places[i] > room || n > room - places[i])
            return i;
        *why = frame_open(codecs[i], buffer + at[i], stored[i], out + places[i], n, names ? names + 32 * i : NULL,
                          key_or_null);
        if (*why)
            return i;
    }
    *why = GOOD;
    return count;
}

/* Of one byte, in 1024ths of a bit: text has less, programs have more. */
#define TEXT (5 * 1024 + 128)

/* What zstd makes of a part, in 1024ths of a bit for each byte; or much, where it can't be tried. */
static uint32_t tried(const uint8_t *data, size_t size)
{
    const size_t some = MIN(size, 32768);
    uint8_t *room = room_take(65536);
    size_t made = room ? zstd_encode(data + (size - some) / 2, some, 1, 0, room, 65536) : 0;
    room_give(room);
    return made ? (uint32_t)(made * 8 * 1024 / some) : UINT32_MAX;
}

/* The stride that gains the most, or 0 where none gains enough. */
static unsigned best_stride(size_t size, unsigned hint, const struct probe *p, uint32_t *bits)
{
    static const unsigned strides[4] = {1, 2, 4, 8};
    unsigned best = 1;
    for (unsigned i = 2; i < 4; i++)
        if (p->bits[i] * 50 < p->bits[best] * 49) /* more planes are slower: they have to gain something */
            best = i;
    for (unsigned i = 1; i < 4; i++)
        if (strides[i] == hint && p->bits[i] * 49 < p->bits[best] * 50)
            best = i;
    *bits = p->bits[best];
    return size >= 4096 && p->bits[best] * 20 < p->bits[0] * 19 ? strides[best] : 0;
}

/* The codec, and its payload in `out` (or nowhere, where it is the data itself); 255 where Python has to do it. */
static unsigned encode(const uint8_t *data, size_t size, unsigned hint, int quality, uint8_t *out, size_t room,
                       size_t *stored)
{
    struct probe found;
    uint32_t bits;
    size_t made = 0;
    *stored = size;
    probe_bytes(data, size, &found);
    if (found.fill && room) {
        out[0] = data[0];
        *stored = 1;
        return FILL;
    }
    unsigned stride = best_stride(size, hint, &found, &bits), codec = PLANES;
    const int noise = found.bits[0] > 7 * 1024 + 972 && size >= 65536;
    const uint32_t zstd_bits = stride || noise ? tried(data, size) : 0;
    /* Numbers in tables repeat, too; zstd finds that, and planes do not. */
    if (stride && bits < zstd_bits)
        made = planes_encode(data, size, stride, out, room);
    else if (noise && zstd_there() && zstd_bits > 8 * 1024 - 82)
        return RAW;
    if (!made) {
        if (!zstd_there())
            return 255;
        codec = ZSTD;
        made = zstd_encode(data, size, quality, size >= 65536 && found.bits[0] < TEXT, out, room);
    }
    /* Saving less than a fiftieth is not worth the time of every restore. */
    if (!made || made >= size - size / 50)
        return RAW;
    *stored = made;
    return codec;
}

/* Codes chunks of one buffer, each into its own place, which has room for `places[i + 1] - places[i]` bytes. */
DUMONT void dumont_encode_frames(const uint8_t *data, size_t count, const uint64_t *begin, const uint64_t *size,
                                 unsigned hint, int quality, uint8_t *out, const uint64_t *places, uint32_t *stored,
                                 uint8_t *codecs)
{
    for (size_t i = 0; i < count; i++) {
        size_t made = 0;
        codecs[i] = (uint8_t)encode(data + begin[i], size[i], hint, quality, out + places[i],
                                    places[i + 1] - places[i], &made);
        stored[i] = (uint32_t)made;
    }
}

/* How much room a chunk needs while it is coded, whatever it holds. */
DUMONT size_t dumont_room(size_t size) { return size + size / 128 + 1024; }
