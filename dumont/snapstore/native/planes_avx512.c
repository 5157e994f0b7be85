/* The kernels of planes for AVX-512: sixteen states at a time, twice. */
#include "dumont.h"
#include <immintrin.h>

#define WEAVE weave_avx512
#define SPLIT split_avx512
#include "weave.h"

static inline __attribute__((always_inline)) __m128i step(const uint32_t *table, __m512i *x, const uint8_t **at)
{
    const __m512i twelve = _mm512_set1_epi32(4095);
    __m512i found = _mm512_i32gather_epi32(_mm512_and_si512(*x, twelve), table, 4);
    __m512i f = _mm512_and_si512(_mm512_srli_epi32(found, 12), twelve);
    __m512i now = _mm512_add_epi32(_mm512_mullo_epi32(f, _mm512_srli_epi32(*x, 12)), _mm512_and_si512(found, twelve));
    __mmask16 low = _mm512_cmplt_epu32_mask(now, _mm512_set1_epi32((int)LOW));
    __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)*at));
    *x = _mm512_mask_or_epi32(now, low, _mm512_slli_epi32(now, 16), _mm512_maskz_expand_epi32(low, words));
    *at += 2 * __builtin_popcount(low);
    return _mm512_cvtepi32_epi8(_mm512_srli_epi32(found, 24));
}

int rans_read_avx512(struct rans_reader *r, uint8_t *out, size_t n)
{
    size_t i = 0;
    const uint8_t *at = r->at;
    __m512i x = _mm512_loadu_si512((const void *)r->x), y = _mm512_loadu_si512((const void *)(r->x + 16));
    /* A step takes at most 32 words, and looks at no more than 16 behind them. */
    for (; i + WAYS <= n && r->end - at >= 96; i += WAYS) {
        _mm_storeu_si128((void *)(out + i), step(r->table, &x, &at));
        _mm_storeu_si128((void *)(out + i + 16), step(r->table, &y, &at));
    }
    _mm512_storeu_si512((void *)r->x, x);
    _mm512_storeu_si512((void *)(r->x + 16), y);
    r->at = at;
    return rans_read_plain(r, out + i, n - i);
}

/* One division for each lane: a float is right to one in 2^23, the quotient is below 2^20, so it is at most one off. */
static inline __attribute__((always_inline)) __m512i put(const uint32_t *table, const uint8_t *data, __m512i x,
                                                         uint8_t **at)
{
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i symbols = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)data));
    __m512i found = _mm512_i32gather_epi32(symbols, table, 4);
    __m512i f = _mm512_and_si512(found, _mm512_set1_epi32(0xffff)), start = _mm512_srli_epi32(found, 16);
    __mmask16 leaves = _mm512_cmpge_epu32_mask(x, _mm512_slli_epi32(f, 20));
    int count = __builtin_popcount(leaves);
    /* The words that leave go to the upper end of what is written, so that the rest of it lies on free ground. */
    __m512i words = _mm512_permutexvar_epi32(_mm512_add_epi32(lanes, _mm512_set1_epi32(count)),
                                             _mm512_maskz_compress_epi32(leaves, x));
    _mm256_storeu_si256((void *)(*at - 32), _mm512_cvtepi32_epi16(words));
    *at -= 2 * count;
    x = _mm512_mask_srli_epi32(x, leaves, x, 16);
    __m512i q = _mm512_cvttps_epi32(_mm512_div_ps(_mm512_cvtepu32_ps(x), _mm512_cvtepi32_ps(f)));
    __m512i rest = _mm512_sub_epi32(x, _mm512_mullo_epi32(q, f));
    __mmask16 under = _mm512_cmplt_epi32_mask(rest, _mm512_setzero_si512());
    q = _mm512_mask_sub_epi32(q, under, q, _mm512_set1_epi32(1));
    rest = _mm512_mask_add_epi32(rest, under, rest, f);
    __mmask16 over = _mm512_cmpge_epi32_mask(rest, f);
    q = _mm512_mask_add_epi32(q, over, q, _mm512_set1_epi32(1));
    rest = _mm512_mask_sub_epi32(rest, over, rest, f);
    return _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(q, 12), rest), start);
}

uint8_t *rans_write_avx512(const uint8_t *data, size_t n, const struct rans_symbol *table, uint32_t x[WAYS],
                           uint8_t *at)
{
    uint32_t small[256];
    for (int v = 0; v < 256; v++)
        small[v] = (4096u - table[v].others) | (table[v].bias - (table[v].others == 4095 ? 4095u : 0)) << 16;
    const size_t whole = n / WAYS * WAYS;
    at = rans_write_plain(data + whole, n - whole, table, x, at);
    __m512i low = _mm512_loadu_si512((const void *)x), high = _mm512_loadu_si512((const void *)(x + 16));
    for (size_t i = whole; i > 0; i -= WAYS) {
        high = put(small, data + i - 16, high, &at);
        low = put(small, data + i - 32, low, &at);
    }
    _mm512_storeu_si512((void *)x, low);
    _mm512_storeu_si512((void *)(x + 16), high);
    return at;
}
