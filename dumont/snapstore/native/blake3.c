/* BLAKE3, as its paper describes it: one chunk at a time here, many beside each other in the wide kernels. */
#include "dumont.h"
#include "blake3.h"

#define PIECE 256 /* chunks that are hashed together, a power of two */

/* What the wide kernels return or take, and where the flags change. */
struct mode {
    uint32_t key[8];
    uint32_t flags;
};

struct blake3_hasher {
    struct mode mode;
    uint32_t stack[64][8]; /* finished subtrees, the largest first */
    uint32_t height;
    uint32_t used; /* bytes of `chunk` */
    uint64_t chunks; /* finished and on the stack */
    uint8_t chunk[CHUNK];
};

static inline uint32_t turn(uint32_t x, int by) { return x >> by | x << (32 - by); }

static inline void mix(uint32_t v[16], int a, int b, int c, int d, uint32_t x, uint32_t y)
{
    v[a] += v[b] + x;
    v[d] = turn(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = turn(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = turn(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = turn(v[b] ^ v[c], 7);
}

static void compress(uint32_t cv[8], const uint8_t block[64], uint32_t size, uint64_t counter, uint32_t flags)
{
    uint32_t m[16], v[16];
    memcpy(m, block, 64);
    memcpy(v, cv, 32);
    memcpy(v + 8, blake3_iv, 16);
    v[12] = (uint32_t)counter;
    v[13] = (uint32_t)(counter >> 32);
    v[14] = size;
    v[15] = flags;
    for (int round = 0; round < 7; round++) {
        const uint8_t *s = blake3_schedule[round];
        mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
        mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
        mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
        mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
        mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
        mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
        mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
        mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; i++)
        cv[i] = v[i] ^ v[i + 8];
}

/* One chunk of 0 to 1024 bytes; `last` are the flags of its last block beside the usual ones. */
static void one_chunk(const struct mode *mode, const uint8_t *data, size_t size, uint64_t counter, uint32_t last,
                      uint32_t cv[8])
{
    uint32_t flags = mode->flags | CHUNK_START;
    memcpy(cv, mode->key, 32);
    while (size > 64) {
        compress(cv, data, 64, counter, flags);
        flags = mode->flags;
        data += 64;
        size -= 64;
    }
    uint8_t block[64] = {0};
    if (size)
        memcpy(block, data, size);
    compress(cv, block, (uint32_t)size, counter, flags | CHUNK_END | last);
}

static void parent(const struct mode *mode, const uint32_t left[8], const uint32_t right[8], uint32_t last,
                   uint32_t cv[8])
{
    uint8_t block[64];
    memcpy(block, left, 32);
    memcpy(block + 32, right, 32);
    memcpy(cv, mode->key, 32);
    compress(cv, block, 64, 0, mode->flags | PARENT | last);
}

/* Inputs of equal length that lie end to end, as many beside each other as the processor can. */
static void many(const struct mode *mode, const uint8_t *data, size_t count, size_t blocks, uint64_t counter,
                 const uint32_t flags[3], uint32_t (*out)[8])
{
    const size_t size = blocks * 64;
    const int counts = blocks > 1;
    while (count) {
        blake3_wide *wide = blake3_wide4;
        size_t lanes = 4;
        uint32_t made[16][8];
        const uint8_t *in[16];
#if defined(__x86_64__)
        if (level >= AVX2 && count > 1) {
            wide = blake3_avx2_wide8;
            lanes = 8;
        }
        if (level >= AVX512 && count > 8) {
            wide = blake3_avx512_wide16;
            lanes = 16;
        }
#endif
        size_t now = MIN(lanes, count);
        for (size_t i = 0; i < lanes; i++) /* lanes without work repeat the last one's */
            in[i] = data + MIN(i, now - 1) * size;
        wide(in, blocks, mode->key, counter, counts, flags, made);
        memcpy(out, made, now * 32);
        data += now * size;
        counter += counts ? now : 0;
        out += now;
        count -= now;
    }
}

/* Leaves one or two nodes of up to PIECE chunks; two if there are two chunks or more. */
static int nodes(const struct mode *mode, const uint8_t *data, size_t size, uint64_t counter, uint32_t out[2][8])
{
    uint32_t layer[PIECE][8], above[PIECE / 2][8];
    const uint32_t chunk_flags[3] = {mode->flags | CHUNK_START, mode->flags, mode->flags | CHUNK_END};
    const uint32_t one = mode->flags | PARENT;
    const uint32_t parent_flags[3] = {one, one, one};
    size_t full = size / CHUNK, count = full;
    many(mode, data, full, CHUNK / 64, counter, chunk_flags, layer);
    if (size % CHUNK || !full)
        one_chunk(mode, data + full * CHUNK, size % CHUNK, counter + full, 0, layer[count++]);
    while (count > 2) {
        many(mode, (const uint8_t *)layer, count / 2, 1, 0, parent_flags, above);
        if (count % 2)
            memcpy(above[count / 2], layer[count - 1], 32);
        count = count / 2 + count % 2;
        memcpy(layer, above, count * 32);
    }
    memcpy(out, layer, count * 32);
    return (int)count;
}

static void whole(const struct mode *mode, const uint8_t *data, size_t size, uint64_t counter, uint32_t cv[8])
{
    uint32_t two[2][8];
    if (nodes(mode, data, size, counter, two) == 2)
        parent(mode, two[0], two[1], 0, cv);
    else
        memcpy(cv, two[0], 32);
}

/* Puts a subtree on the stack; equal ones below it are joined, as more is to come. */
static void push(struct blake3_hasher *h, const uint32_t cv[8], uint64_t chunks)
{
    memcpy(h->stack[h->height++], cv, 32);
    h->chunks += chunks;
    for (uint64_t total = h->chunks / chunks; total % 2 == 0; total /= 2) {
        h->height--;
        parent(&h->mode, h->stack[h->height - 1], h->stack[h->height], 0, h->stack[h->height - 1]);
    }
}

/* The root: the nodes at the right edge, and the stack from its top down. */
static void root(const struct blake3_hasher *h, const uint8_t *data, size_t size, uint8_t out[32])
{
    uint32_t two[2][8], cv[8];
    if (!h->height && size <= CHUNK) {
        one_chunk(&h->mode, data, size, 0, ROOT, cv);
    } else {
        int count = nodes(&h->mode, data, size, h->chunks, two);
        if (count == 2)
            parent(&h->mode, two[0], two[1], h->height ? 0 : ROOT, cv);
        else
            memcpy(cv, two[0], 32);
        for (uint32_t at = h->height; at-- > 0;)
            parent(&h->mode, h->stack[at], cv, at ? 0 : ROOT, cv);
    }
    memcpy(out, cv, 32);
}

static void start(struct blake3_hasher *h, const uint8_t *key, uint32_t flags)
{
    memcpy(h->mode.key, key ? (const void *)key : (const void *)blake3_iv, 32);
    h->mode.flags = flags;
    h->height = h->used = 0;
    h->chunks = 0;
}

static void hash(const uint8_t *data, size_t size, const uint8_t *key, uint32_t flags, uint8_t out[32])
{
    struct blake3_hasher h;
    uint32_t cv[8];
    start(&h, key, flags);
    while (size > PIECE * CHUNK) {
        whole(&h.mode, data, PIECE * CHUNK, h.chunks, cv);
        push(&h, cv, PIECE);
        data += PIECE * CHUNK;
        size -= PIECE * CHUNK;
    }
    root(&h, data, size, out);
}

void blake3_once(const uint8_t *data, size_t size, const uint8_t *key_or_null, uint8_t out[32])
{
    hash(data, size, key_or_null, key_or_null ? KEYED : 0, out);
}

DUMONT void dumont_blake3(const uint8_t *data, size_t size, const uint8_t *key_or_null, uint8_t *out)
{
    blake3_once(data, size, key_or_null, out);
}

DUMONT void dumont_blake3_derive(const uint8_t *context, size_t length, const uint8_t *key, size_t size, uint8_t *out)
{
    uint8_t made[32];
    hash(context, length, NULL, DERIVE_CONTEXT, made);
    hash(key, size, made, DERIVE_KEY, out);
}

/* Many chunks of one buffer, each with its own hash. */
DUMONT void dumont_blake3_each(const uint8_t *data, size_t count, const uint64_t *begin, const uint64_t *size,
                               const uint8_t *key_or_null, uint8_t *out)
{
    for (size_t i = 0; i < count; i++)
        blake3_once(data + begin[i], size[i], key_or_null, out + 32 * i);
}

/* In parts. The last chunk stays in the hasher, since it may be the root. */
DUMONT size_t dumont_hasher_size(void) { return sizeof(struct blake3_hasher); }

DUMONT void dumont_hasher_start(struct blake3_hasher *h) { start(h, NULL, 0); }

DUMONT void dumont_hasher_update(struct blake3_hasher *h, const uint8_t *data, size_t size)
{
    uint32_t cv[8];
    while (size) {
        if (h->used == CHUNK || (!h->used && size > CHUNK)) {
            const uint8_t *from = h->used ? h->chunk : data;
            uint64_t some = 1;
            /* As many as stand on a boundary of their own number, and leave something behind them. */
            while (!h->used && some < PIECE && h->chunks % (some * 2) == 0 && size > some * 2 * CHUNK)
                some *= 2;
            whole(&h->mode, from, some * CHUNK, h->chunks, cv);
            push(h, cv, some);
            if (!h->used) {
                data += some * CHUNK;
                size -= some * CHUNK;
            }
            h->used = 0;
            continue;
        }
        size_t now = MIN(size, CHUNK - h->used);
        memcpy(h->chunk + h->used, data, now);
        h->used += (uint32_t)now;
        data += now;
        size -= now;
    }
}

DUMONT void dumont_hasher_digest(const struct blake3_hasher *h, uint8_t *out) { root(h, h->chunk, h->used, out); }
