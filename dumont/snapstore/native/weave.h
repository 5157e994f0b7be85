/* Takes numbers apart into planes and weaves them together again; compiled once for each kind of processor. */
#include "dumont.h"

void WEAVE(const uint8_t *const *planes, size_t n, unsigned stride, uint8_t *restrict out)
{
    const uint8_t *restrict a = planes[0], *restrict b = planes[1];
    if (stride == 2) {
        for (size_t i = 0; i < n; i++) {
            out[2 * i] = a[i];
            out[2 * i + 1] = b[i];
        }
    } else if (stride == 4) {
        const uint8_t *restrict c = planes[2], *restrict d = planes[3];
        for (size_t i = 0; i < n; i++) {
            out[4 * i] = a[i];
            out[4 * i + 1] = b[i];
            out[4 * i + 2] = c[i];
            out[4 * i + 3] = d[i];
        }
    } else {
        for (size_t i = 0; i < n; i++)
            for (unsigned k = 0; k < 8; k++)
                out[8 * i + k] = planes[k][i];
    }
}

void SPLIT(const uint8_t *restrict data, size_t n, unsigned stride, uint8_t *const *planes)
{
    uint8_t *restrict a = planes[0], *restrict b = planes[1];
    if (stride == 2) {
        for (size_t i = 0; i < n; i++) {
            a[i] = data[2 * i];
            b[i] = data[2 * i + 1];
        }
    } else if (stride == 4) {
        uint8_t *restrict c = planes[2], *restrict d = planes[3];
        for (size_t i = 0; i < n; i++) {
            a[i] = data[4 * i];
            b[i] = data[4 * i + 1];
            c[i] = data[4 * i + 2];
            d[i] = data[4 * i + 3];
        }
    } else {
        for (unsigned k = 0; k < 8; k++)
            for (size_t i = 0; i < n; i++)
                planes[k][i] = data[8 * i + k];
    }
}
