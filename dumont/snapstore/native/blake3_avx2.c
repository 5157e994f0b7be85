/* Eight inputs of BLAKE3 beside each other, by AVX2. */
#include <immintrin.h>
#include <stdint.h>

typedef uint32_t eight __attribute__((vector_size(32)));

/* Eight rows of eight words become eight columns. */
static inline __attribute__((always_inline)) void turned(const uint8_t *const *in, size_t at, eight *m)
{
    __m256i a[8], b[8];
    for (int i = 0; i < 8; i++) {
        a[i] = _mm256_loadu_si256((const void *)(in[i] + at));
        _mm_prefetch((const char *)in[i] + at + 8 * 1024, _MM_HINT_T0); /* the same place of the next eight */
    }
    for (int i = 0; i < 8; i += 2) {
        b[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        a[i] = _mm256_unpacklo_epi64(b[i], b[i + 2]);
        a[i + 1] = _mm256_unpackhi_epi64(b[i], b[i + 2]);
        a[i + 2] = _mm256_unpacklo_epi64(b[i + 1], b[i + 3]);
        a[i + 3] = _mm256_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        m[i] = (eight)_mm256_permute2x128_si256(a[i], a[i + 4], 0x20);
        m[i + 4] = (eight)_mm256_permute2x128_si256(a[i], a[i + 4], 0x31);
    }
}

#define NAME blake3_avx2_wide8
#define LANES 8
#define FETCH(in, at, m)       \
    turned(in, (at), m);       \
    turned(in, (at) + 32, m + 8);
#include "blake3_wide.h"
