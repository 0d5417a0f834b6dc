// index_code.c - what is written in a prefix code is read as it was, and nothing else is.
#include "t.h"
#include "index/code.h"

#include <stdlib.h>

enum { MOST = 5000 };

// Bytes of which the low ones are the likelier, the more so the larger `steep` is.
static void draw(uint8_t *p, size_t n, unsigned steep, uint64_t *r)
{
    for (size_t i = 0; i < n; i++) {
        unsigned x = (unsigned)(t_random(r) % CODE_SYMBOLS);
        for (unsigned k = 0; k < steep; k++)
            x = x * (unsigned)(t_random(r) % CODE_SYMBOLS) / CODE_SYMBOLS;
        p[i] = (uint8_t)x;
    }
}

static void train(code *c, const uint8_t *p, size_t n, unsigned scale)
{
    uint32_t count[CODE_SYMBOLS] = {0};
    uint8_t len[CODE_SYMBOLS];
    for (size_t i = 0; i < n; i++)
        count[p[i]] += scale;
    code_train(count, len);
    assert_true(code_open(c, len));
}

// All in one go, or so many bytes at a time.
static void read_back(const code *c, view packed, const uint8_t *want, size_t n, size_t at_a_time)
{
    uint8_t *exact = malloc(packed.len + 1), *got = malloc(n + 1);
    code_reader r;
    assert_true(exact && got);
    memcpy(exact, packed.p, packed.len); // nothing may be read behind it
    view v = {exact, packed.len};
    assert_true(code_begin(&r, c, n, &v));
    assert_int_equal(v.len, 0);
    for (size_t at = 0; at < n; at += at_a_time)
        code_read(&r, got + at, n - at < at_a_time ? n - at : at_a_time);
    assert_memory_equal(got, want, n);
    assert_true(code_end(&r));
    free(exact);
    free(got);
}

static void test_there_and_back(void **state)
{
    (void)state;
    static uint8_t p[MOST], to[2 * MOST];
    uint64_t r = t_seed();
    code c;
    for (int i = 0; i < 400; i++) {
        size_t n = t_random(&r) % (i < 200 ? 100 : MOST);
        draw(p, n, (unsigned)i % 5, &r);
        train(&c, p, i % 3 ? n : n / 4, i % 2 ? 1 : 50000); // the rest may be what it never saw
        uint8_t *end = code_write(&c, p, n, to);
        assert_true((size_t)(end - to) + CODE_PAD <= code_room(n));
        view packed = {to, (size_t)(end - to)};
        read_back(&c, packed, p, n, MOST);
        read_back(&c, packed, p, n, CODE_STREAMS * (1 + t_random(&r) % 20));
        code_reader x;
        packed.len -= packed.len != 0;
        assert_false(code_begin(&x, &c, n, &packed)); // cut short
    }
}

static void test_fewer_bits(void **state)
{
    (void)state;
    static uint8_t p[MOST], to[2 * MOST];
    uint64_t r = 1;
    code c;
    draw(p, MOST, 2, &r);
    train(&c, p, MOST, 1);
    assert_in_range(code_write(&c, p, MOST, to) - to, MOST / 2, MOST * 7 / 8);
}

// Whatever bytes are given to it: nothing outside of them is read (the sanitizers look on).
static void test_damaged(void **state)
{
    (void)state;
    uint8_t seen[MOST], got[400];
    uint64_t r = t_seed();
    code c;
    draw(seen, MOST, 4, &r);
    train(&c, seen, MOST, 1000);
    for (int i = 0; i < 20000; i++) {
        size_t len = t_random(&r) % 200, n = t_random(&r) % sizeof got;
        uint8_t *p = malloc(len + 1);
        code_reader x;
        assert_non_null(p);
        for (size_t k = 0; k < len; k++)
            p[k] = (uint8_t)(k < CODE_STREAMS ? t_random(&r) % (len / 3 + 1) : t_random(&r));
        view v = {p, len};
        if (code_begin(&x, &c, n, &v)) {
            code_read(&x, got, n);
            (void)code_end(&x);
        }
        free(p);
    }
}

static void test_no_code(void **state)
{
    (void)state;
    uint8_t len[CODE_SYMBOLS];
    code c;
    memset(len, 8, sizeof len);
    assert_true(code_open(&c, len));
    len[7] = 9; // bits that are no byte's
    assert_false(code_open(&c, len));
    len[8] = 7; // of two bytes
    assert_false(code_open(&c, len));
    len[7] = 0;
    assert_false(code_open(&c, len));
    len[7] = CODE_LONGEST + 1;
    assert_false(code_open(&c, len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_fewer_bits),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_no_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
