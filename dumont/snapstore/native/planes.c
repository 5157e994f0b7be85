/* The codec "planes" of FORMAT.md, section 5: bytes of equal weight together, each plane in its shortest mode. */
#include "dumont.h"

#define WEAVE weave_plain
#define SPLIT split_plain
#include "weave.h"

#define BLOCK 8192 /* symbols of a plane that are made before they are woven together, so that they stay in the cache */
enum { AS_IS = 0, ALIKE = 1, CODED = 2 };

/* Four tables, so that equal neighbours don't wait for each other. */
void histogram(const uint8_t *data, size_t size, uint32_t counts[256])
{
    uint32_t t[4][256] = {{0}};
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t some = load64(data + i);
        t[0][some & 255]++;
        t[1][some >> 8 & 255]++;
        t[2][some >> 16 & 255]++;
        t[3][some >> 24 & 255]++;
        t[0][some >> 32 & 255]++;
        t[1][some >> 40 & 255]++;
        t[2][some >> 48 & 255]++;
        t[3][some >> 56]++;
    }
    for (; i < size; i++)
        t[0][data[i]]++;
    for (int v = 0; v < 256; v++)
        counts[v] = t[0][v] + t[1][v] + t[2][v] + t[3][v];
}

/* Looks at a part first: noise is left as it is, at the price of a look. */
static int looks_like_noise(const uint8_t *data, size_t n)
{
    uint32_t counts[256];
    if (n < 65536)
        return 0;
    histogram(data + n / 2, 8192, counts);
    return entropy(counts) > 7 * 1024 + 750;
}

static size_t encode_plane(const uint8_t *data, size_t n, uint8_t *out, size_t room)
{
    uint32_t counts[256];
    size_t size = 0;
    uint8_t mode = AS_IS;
    if (room < n + 5)
        return 0;
    if (n && !looks_like_noise(data, n)) {
        histogram(data, n, counts);
        if (counts[data[0]] == n) {
            mode = ALIKE;
            out[5] = data[0];
            size = 1;
        } else if (n >= 512) {
            /* Saving less than a thirtieth of a plane is not worth the time of every restore. */
            if (entropy(counts) < 8 * 1024 - 246)
                size = rans_encode(data, n, counts, out + 5, n - n / 32);
            mode = size ? CODED : AS_IS;
        }
    }
    if (mode == AS_IS) {
        memcpy(out + 5, data, n);
        size = n;
    }
    out[0] = mode;
    store32(out + 1, (uint32_t)size);
    return size + 5;
}

/* The payload's size, or 0 where it does not fit. */
size_t planes_encode(const uint8_t *data, size_t size, unsigned stride, uint8_t *out, size_t room)
{
    const size_t n = size / stride, rest = size % stride;
    uint8_t *planes[8], *work = room_take(n * stride + 64);
    size_t at = 1;
    splitting *split = split_plain;
#if defined(__x86_64__)
    split = level >= AVX512 ? split_avx512 : level >= AVX2 ? split_avx2 : split_plain;
#endif
    if (!work || room < size + 1 + 5 * stride) {
        room_give(work);
        return 0;
    }
    for (unsigned k = 0; k < stride; k++)
        planes[k] = work + k * n;
    split(data, n, stride, planes);
    out[0] = (uint8_t)stride;
    for (unsigned k = 0; k < stride && at; k++) {
        size_t made = encode_plane(planes[k], n, out + at, room - at);
        at = made ? at + made : 0;
    }
    room_give(work);
    if (!at || room - at < rest)
        return 0;
    memcpy(out + at, data + n * stride, rest);
    return at + rest;
}

struct plane {
    const uint8_t *data; /* of mode 0 */
    uint8_t mode;
    struct rans_reader reader;
    uint8_t block[BLOCK];
};

/* How many bytes of the payload the plane takes, or 0. */
static size_t open_plane(struct plane *p, const uint8_t *payload, size_t size, size_t n)
{
    if (size < 5)
        return 0;
    size_t length = load32(payload + 1);
    if (length > size - 5)
        return 0;
    p->mode = payload[0];
    p->data = payload + 5;
    if (p->mode == AS_IS && length == n)
        return length + 5;
    if (p->mode == ALIKE && length == 1) {
        memset(p->block, p->data[0], BLOCK);
        return length + 5;
    }
    return p->mode == CODED && rans_open(&p->reader, p->data, length) ? length + 5 : 0;
}

static int decode_blocks(struct plane *planes, unsigned stride, uint8_t *out, size_t n)
{
    rans_read *read = rans_read_plain;
    weaving *weave = weave_plain;
#if defined(__x86_64__)
    if (level >= AVX2) {
        read = level >= AVX512 ? rans_read_avx512 : rans_read_avx2;
        weave = level >= AVX512 ? weave_avx512 : weave_avx2;
    }
#endif
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = MIN(BLOCK, n - done);
        const uint8_t *parts[8];
        for (unsigned k = 0; k < stride; k++) {
            struct plane *p = &planes[k];
            parts[k] = p->mode == AS_IS ? p->data + done : p->block;
            if (p->mode == CODED && !read(&p->reader, p->block, now))
                return 0;
        }
        weave(parts, now, stride, out + done * stride);
    }
    for (unsigned k = 0; k < stride; k++)
        if (planes[k].mode == CODED && !rans_closes(&planes[k].reader))
            return 0;
    return 1;
}

int planes_decode(const uint8_t *payload, size_t size, uint8_t *out, size_t length)
{
    const unsigned stride = size ? payload[0] : 0;
    if (stride != 2 && stride != 4 && stride != 8)
        return 0;
    const size_t n = length / stride, rest = length % stride;
    struct plane *planes = room_take(stride * sizeof *planes);
    size_t at = 1, took = planes ? 1 : 0;
    for (unsigned k = 0; k < stride && took; k++) {
        took = open_plane(&planes[k], payload + at, size - at, n);
        at += took;
    }
    int good = took && size - at == rest && decode_blocks(planes, stride, out, n);
    if (good)
        memcpy(out + n * stride, payload + at, rest);
    room_give(planes);
    return good;
}

DUMONT size_t dumont_planes_encode(const uint8_t *data, size_t size, unsigned stride, uint8_t *out, size_t room)
{
    return stride == 2 || stride == 4 || stride == 8 ? planes_encode(data, size, stride, out, room) : 0;
}

DUMONT int dumont_planes_decode(const uint8_t *payload, size_t size, uint8_t *out, size_t n)
{
    return planes_decode(payload, size, out, n);
}
