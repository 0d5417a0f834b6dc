// Where no dictionary can be trained but a wordbook can, the book is the store's for good: another
// one in its place would make every text that was packed with it unreadable.
#include "t.h"
#include "index/index.h"

#include <unistd.h>

enum { NAME = 64, ENOUGH = 4200, WORDS = 1500, OF_A_TEXT = 60 };

size_t __wrap_ZDICT_trainFromBuffer(void *to, size_t room, const void *samples, const size_t *sizes,
                                    unsigned n);
size_t __wrap_ZDICT_trainFromBuffer(void *to, size_t room, const void *samples, const size_t *sizes,
                                    unsigned n)
{
    (void)to, (void)room, (void)samples, (void)sizes, (void)n;
    return (size_t)-1;
}

typedef struct fixture {
    char dir[NAME], uri[NAME], text[OF_A_TEXT * 16];
    article_index *ix;
    minhash sig;
} fixture;

static void open_it(fixture *f)
{
    const char *why;
    index_opts o = {.map_bytes = (size_t)1 << 30, .seed = 7, .stamp = "test 1"};
    assert_ok(index_open(&f->ix, f->dir, &o, &why));
}

static doc_add make(fixture *f, unsigned i)
{
    uint64_t r = i;
    size_t at = 0;
    snprintf(f->uri, sizeof f->uri, "https://quay.example/%u", i);
    for (unsigned k = 0; k < OF_A_TEXT; k++)
        at += (size_t)snprintf(f->text + at, sizeof f->text - at, "quay%u ",
                               (unsigned)(t_random(&r) % WORDS + i / ENOUGH * WORDS));
    return (doc_add){.uri = view_of(f->uri),
                     .record = view_of("{}"),
                     .text = view_of(f->text),
                     .content = i,
                     .sig = &f->sig};
}

static void put(fixture *f, unsigned from, unsigned to)
{
    index_txn *t;
    uri_entry e;
    assert_ok(index_begin(&t, f->ix));
    for (unsigned i = from; i < to; i++) {
        buf packed = {0};
        doc_add a = make(f, i);
        assert_ok(index_pack(f->ix, a.record, a.text, NULL, &packed));
        a.packed = buf_view(&packed);
        assert_ok(index_add(t, &a, &e));
        buf_fini(&packed);
    }
    assert_ok(index_commit(&t));
    for (bool more = true; more;)
        assert_ok(index_merge_step(f->ix, &more));
}

static void a_book_stays(void **state)
{
    (void)state;
    fixture f = {.dir = "/tmp/shingled-books-XXXXXX"};
    char command[NAME + 16];
    assert_non_null(mkdtemp(f.dir));
    open_it(&f);
    put(&f, 0, ENOUGH);          // the book is made of them,
    put(&f, ENOUGH, 2 * ENOUGH); // of these it would be another one
    for (int again = 0; again < 2; again++) {
        index_close(&f.ix);
        open_it(&f);
        put(&f, 2 * ENOUGH + (unsigned)again, 2 * ENOUGH + 1 + (unsigned)again);
        for (unsigned i = 0; i < 2 * ENOUGH; i += 97) {
            uri_entry e;
            article a;
            doc_add want = make(&f, i);
            assert_ok(index_find(f.ix, want.uri, &e));
            assert_ok(index_get(f.ix, e.doc, &a));
            assert_true(view_eq(a.text, want.text));
            article_free(&a);
        }
    }
    index_close(&f.ix);
    snprintf(command, sizeof command, "rm -r '%s'", f.dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_book_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
