/* Sixteen inputs of BLAKE3 beside each other, by AVX-512. */
#include <immintrin.h>
#include <stdint.h>

typedef uint32_t sixteen __attribute__((vector_size(64)));

/* Sixteen rows of sixteen words become sixteen columns: by words, by pairs, then by quarters. */
static inline __attribute__((always_inline)) void turned(const uint8_t *const *in, size_t at, sixteen *m)
{
    __m512i a[16], b[16];
    for (int i = 0; i < 16; i++) {
        a[i] = _mm512_loadu_si512((const void *)(in[i] + at));
        _mm_prefetch((const char *)in[i] + at + 16 * 1024, _MM_HINT_T0); /* the same place of the next sixteen */
    }
    for (int i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
        a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
        a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
        a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        __m512i even = _mm512_shuffle_i32x4(a[i], a[i + 4], 0x88), odd = _mm512_shuffle_i32x4(a[i], a[i + 4], 0xdd);
        __m512i more = _mm512_shuffle_i32x4(a[i + 8], a[i + 12], 0x88);
        __m512i rest = _mm512_shuffle_i32x4(a[i + 8], a[i + 12], 0xdd);
        m[i] = (sixteen)_mm512_shuffle_i32x4(even, more, 0x88);
        m[i + 4] = (sixteen)_mm512_shuffle_i32x4(odd, rest, 0x88);
        m[i + 8] = (sixteen)_mm512_shuffle_i32x4(even, more, 0xdd);
        m[i + 12] = (sixteen)_mm512_shuffle_i32x4(odd, rest, 0xdd);
    }
}

#define NAME blake3_avx512_wide16
#define LANES 16
#define FETCH(in, at, m) turned(in, (at), m);
#include "blake3_wide.h"
