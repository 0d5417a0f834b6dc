// prop_sign.c - signing a text gives bit for bit what its steps give one by one; and the kernels
// of hashing and shingling, at the edge of readable memory.
#include "t.h"
#include "engine/sign.h"
#include "sketch/winnow.h"
#include "text/kernels.h"
#include "text/shingle_blocks.h"
#include <sys/mman.h>
#include <unistd.h>

enum { ROUNDS = 4000, TEXT_MOST = 6000, KEYS = 300 };

static const char *const PART[] = {
    "the",
    "of",
    "harbour",
    "Mayor",
    "1,250",
    "3.5",
    "U.S.",
    "don’t",
    "“we",
    "wait”",
    "—",
    "café",
    "Straße",
    "мэр",
    "сказал",
    "市",
    "长",
    "今天",
    "ที่",
    "هذا",
    "한국어",
    "\n",
    "naïve",
    "e",
    "I",
    "don't",
    "O\u2019B",
    "\u00a0",
    "2,000",
    "gov",
    "incontrovertibilities",
    "contrarrevolucionariamente",
    "достопримечательностями",
};

static size_t random_text(uint8_t *out, uint64_t *seed)
{
    size_t len = 0, most = t_random(seed) % TEXT_MOST;
    size_t kinds = t_random(seed) % 2 ? sizeof PART / sizeof *PART : 13;
    for (;;) {
        const char *part = PART[t_random(seed) % kinds];
        size_t n = strlen(part);
        if (len + n + 1 > most)
            return len;
        memcpy(out + len, part, n);
        len += n;
        if (t_random(seed) % 8)
            out[len++] = ' ';
    }
}

static void check_steps(const signed_text *t, view text, uint64_t seed)
{
    words w;
    minhash sig;
    assert_ok(words_make(&w, text, NULL));
    uint64_t *shingle = malloc((w.n + 1) * sizeof *shingle);
    uint32_t *kept = malloc((w.n + 1) * sizeof *kept);
    assert_true(shingle && kept);
    size_t n = winnow(kept, shingle, shingles_make(shingle, NULL, &w, PRINT_WORDS));
    assert_int_equal(t->n_words, w.n);
    assert_int_equal(t->n_prints, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(t->kept[i], kept[i]);
        assert_int_equal(t->print[i], print_of(shingle[kept[i]], seed));
    }
    sign_shingles(&sig, shingle, shingles_make(shingle, NULL, &w, SKETCH_WORDS), text, seed);
    assert_memory_equal(&t->sig, &sig, sizeof sig);
    free(shingle);
    free(kept);
    words_free(&w);
}

static void test_steps(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    static uint8_t text[TEXT_MOST];
    signer s = {0};
    signed_text t;
    size_t at;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t secret = t_random(&seed);
        view v = {text, random_text(text, &seed)};
        assert_ok(sign_text(&t, &s, v, secret, &at));
        check_steps(&t, v, secret);
        if (i % 16 == 0 && v.len) { // a failure leaves the signer as good as it was
            size_t bad = t_random(&seed) % v.len;
            text[bad] = 0xff;
            assert_int_equal(sign_text(&t, &s, v, secret, &at), SHG_EUTF8);
            assert_true(at <= bad);
        }
    }
    signer_free(&s);
}

// Keys of 1 to 60 bytes, or mostly of three, as Han are, with as much readable behind the last as a
// kernel may ask for.
static void test_hashes(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 8 * page;
    uint8_t *map =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + room, page, PROT_NONE), 0);
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t space[KEYS];
        uint64_t hash[KEYS], shingle[KEYS];
        size_t n = t_random(&seed) % KEYS, most = 1 + t_random(&seed) % 60, len = 0;
        for (size_t i = 0; i < n; i++) {
            bool han = round % 4 == 0 && t_random(&seed) % 32;
            len += han ? 3 : 1 + t_random(&seed) % most;
            space[i] = (uint32_t)len++;
        }
        uint8_t *keys = map + room - HASH_SLACK - len;
        for (size_t i = 0; i < len + HASH_SLACK; i++)
            keys[i] = (uint8_t)(1 + t_random(&seed) % 255);
        text_kernels_get()->hash(hash, keys, 0, space, n);
        for (size_t i = 0; i < n; i++) {
            uint32_t from = i ? space[i - 1] + 1 : 0;
            uint64_t want = hash_key((view){keys + from, space[i] - from});
            if (hash[i] != want)
                fail_msg("key %zu of %zu, %u bytes", i, n, space[i] - from);
        }
        unsigned each = 1 + (unsigned)(t_random(&seed) % SHINGLE_MOST);
        size_t runs = n < each ? 0 : n - each + 1;
        text_kernels_get()->shingles(shingle, hash, runs, each);
        for (size_t i = 0; i < runs; i++) {
            uint64_t h = 0;
            for (unsigned j = 0; j < each; j++)
                h = shingle_turn(h) + hash[i + j];
            assert_int_equal(shingle[i], h);
        }
    }
    munmap(map, room + page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
