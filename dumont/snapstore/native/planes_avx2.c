/* The kernels of planes for AVX2: eight states at a time, four times. */
#include "dumont.h"
#include <immintrin.h>

#define WEAVE weave_avx2
#define SPLIT split_avx2
#include "weave.h"

static inline __attribute__((always_inline)) __m256i step(const uint32_t *table, __m256i *x, const uint8_t **at)
{
    const __m256i twelve = _mm256_set1_epi32(4095);
    __m256i found = _mm256_i32gather_epi32((const int *)table, _mm256_and_si256(*x, twelve), 4);
    __m256i f = _mm256_and_si256(_mm256_srli_epi32(found, 12), twelve);
    __m256i now = _mm256_add_epi32(_mm256_mullo_epi32(f, _mm256_srli_epi32(*x, 12)), _mm256_and_si256(found, twelve));
    __m256i low = _mm256_cmpeq_epi32(_mm256_srli_epi32(now, 16), _mm256_setzero_si256());
    unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(low));
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)*at));
    __m256i which = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)rans_takes[mask]));
    __m256i with = _mm256_or_si256(_mm256_slli_epi32(now, 16), _mm256_permutevar8x32_epi32(words, which));
    *x = _mm256_blendv_epi8(now, with, low);
    *at += 2 * __builtin_popcount(mask);
    return _mm256_srli_epi32(found, 24);
}

int rans_read_avx2(struct rans_reader *r, uint8_t *out, size_t n)
{
    size_t i = 0;
    __m256i x[4];
    const uint8_t *at = r->at;
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (int k = 0; k < 4; k++)
        x[k] = _mm256_loadu_si256((const void *)(r->x + 8 * k));
    /* A step takes at most 32 words, and looks at no more than 8 behind them. */
    for (; i + WAYS <= n && r->end - at >= 80; i += WAYS) {
        __m256i a = step(r->table, &x[0], &at), b = step(r->table, &x[1], &at);
        __m256i c = step(r->table, &x[2], &at), d = step(r->table, &x[3], &at);
        __m256i bytes = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
        _mm256_storeu_si256((void *)(out + i), _mm256_permutevar8x32_epi32(bytes, order));
    }
    for (int k = 0; k < 4; k++)
        _mm256_storeu_si256((void *)(r->x + 8 * k), x[k]);
    r->at = at;
    return rans_read_plain(r, out + i, n - i);
}
