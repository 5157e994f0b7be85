/* What the parts of the library know of each other; Python sees only what is marked DUMONT. */
#ifndef DUMONT_H
#define DUMONT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the library is written for little-endian machines; without it everything works, slower"
#endif

#define DUMONT __attribute__((visibility("default")))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* What the processor can do; `dumont_level` may choose less, for tests. */
enum { PLAIN = 0, AVX2 = 1, AVX512 = 2 };
extern int level;

/* The codecs of FORMAT.md. */
enum { RAW = 0, ZSTD = 1, DEFLATE = 2, PLANES = 3, FILL = 4 };
#define LONGEST (8u << 20)
#define HOLE 0xFFFFFFFFu /* in the place of a chunk: zeros that nobody stored */

static inline uint16_t load16(const void *p) { uint16_t v; memcpy(&v, p, 2); return v; }
static inline uint32_t load32(const void *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static inline uint64_t load64(const void *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline void store16(void *p, uint16_t v) { memcpy(p, &v, 2); }
static inline void store32(void *p, uint32_t v) { memcpy(p, &v, 4); }

/* pool.c: rooms to work in, kept between calls; NULL where there is no memory. */
void *room_take(size_t size);
void room_give(void *room);

/* blake3.c and its wide kernels. */
void blake3_once(const uint8_t *data, size_t size, const uint8_t *key_or_null, uint8_t out[32]);
typedef void blake3_wide(const uint8_t *const *in, size_t blocks, const uint32_t key[8], uint64_t counter,
                         int counts, const uint32_t flags[3], uint32_t (*out)[8]);
blake3_wide blake3_wide4, blake3_avx2_wide8, blake3_avx512_wide16;

/* planes.c, rans.c and their kernels. */
#define WAYS 32
#define LOW 65536u
struct rans_reader {
    uint32_t x[WAYS];
    const uint8_t *at, *end;
    uint32_t table[4096]; /* 12 bits slot - start, 12 bits frequency, 8 bits symbol */
};
int rans_open(struct rans_reader *r, const uint8_t *data, size_t size);
int rans_closes(const struct rans_reader *r);
size_t rans_encode(const uint8_t *data, size_t n, const uint32_t counts[256], uint8_t *out, size_t room);
/* What the writer knows of a symbol. */
struct rans_symbol {
    uint64_t inverse; /* division by the frequency, as a multiplication */
    uint32_t full;    /* from here on a word has to leave first, less one */
    uint16_t others;  /* 4096 less the frequency */
    uint16_t bias;    /* the start; and 4095 more where the frequency is 1 */
};
/* From the last symbol to the first, words downward from `at`, below which 64 bytes more are free than they take. */
typedef uint8_t *rans_write(const uint8_t *data, size_t n, const struct rans_symbol *table, uint32_t x[WAYS],
                            uint8_t *at);
rans_write rans_write_plain, rans_write_avx512;
/* Makes n symbols, which are a multiple of WAYS but for the last call; says whether the words were enough. */
typedef int rans_read(struct rans_reader *r, uint8_t *out, size_t n);
rans_read rans_read_plain, rans_read_avx2, rans_read_avx512;
extern uint8_t rans_takes[256][8];
typedef void weaving(const uint8_t *const *planes, size_t n, unsigned stride, uint8_t *out);
weaving weave_plain, weave_avx2, weave_avx512;
typedef void splitting(const uint8_t *data, size_t n, unsigned stride, uint8_t *const *planes);
splitting split_plain, split_avx2, split_avx512;
void histogram(const uint8_t *data, size_t size, uint32_t counts[256]);
uint32_t entropy(const uint32_t counts[256]);
size_t planes_encode(const uint8_t *data, size_t size, unsigned stride, uint8_t *out, size_t room);
int planes_decode(const uint8_t *payload, size_t size, uint8_t *out, size_t n);

/* probe.c */
struct probe {
    int fill;
    uint32_t bits[4]; /* 1024ths of a bit for each byte, as one stream, and in planes of stride 2, 4 and 8 */
};
void probe_bytes(const uint8_t *data, size_t size, struct probe *found);

/* zstd.c: the system's libzstd, lent to us by Python; sizes are 0 where something went wrong. */
int zstd_there(void);
size_t zstd_encode(const uint8_t *data, size_t size, int quality, int is_text, uint8_t *out, size_t room);
int zstd_decode(const uint8_t *payload, size_t size, uint8_t *out, size_t n);

/* frames.c: makes a chunk of a frame, and holds it against its name where one is given. */
enum { GOOD = 0, DAMAGED = 1, OTHER_NAME = 2, NOT_HERE = 3 };
int frame_open(unsigned codec, const uint8_t *payload, size_t stored, uint8_t *out, size_t n,
               const uint8_t *name_or_null, const uint8_t *key_or_null);

#endif
