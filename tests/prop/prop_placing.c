// prop_placing.c - stories, and the matches that a PUT asks for, are the same with however many
// threads that place newcomers, in whatever groups these came; and where some were taken out while
// others were placed, stories are those of what is left.
#include "t.h"
#include "engine/engine.h"

enum {
    ROOTS = 4,
    VERSIONS = 90, // of each: more than are verified for a newcomer
    ARTICLES = ROOTS * VERSIONS,
    SENTENCES = 30,
    GROUP_MOST = 40,
    TEXT_ROOM = SENTENCES * 96,
    HANDS = 6,
};

// Version v is version v - 1 with one sentence told anew: neighbours are copies, and after all of
// the sentences it is another text. Of root 0 they are all the same, and each was published before
// those that came before it: the centre moves with each.
static void make_text(char *out, unsigned root, unsigned version)
{
    size_t n = 0;
    version = root ? version : 0;
    for (unsigned i = 0; i < SENTENCES; i++) {
        unsigned told = version / SENTENCES + (i < version % SENTENCES);
        uint64_t seed = i + 100 * told + 10000 * root;
        for (int w = 0; w < 9; w++)
            n += (size_t)snprintf(out + n, TEXT_ROOM - n, "zw%u%s",
                                  (unsigned)(t_random(&seed) % 90000), w == 8 ? ". " : " ");
    }
}

static void read_put(engine *e, unsigned k, bool match, change *c)
{
    char header[160], text[TEXT_ROOM];
    refusal r = {0};
    put_options o = {0};
    unsigned root = k % ROOTS, version = k / ROOTS, at = root ? version : VERSIONS - version;
    snprintf(header, sizeof header,
             "{\"uri\":\"a/%u\",\"publisher\":\"p%u\",\"published\":\"2021-03-01T%02u:%02u:00Z\","
             "\"match\":%s}",
             k, version, at / 4, at % 4 * 15, match ? "true" : "false");
    make_text(text, root, version);
    assert_ok(engine_read_put(e, view_of(header), view_of(text), &o, c, &r));
}

typedef bool is_left(unsigned k);

// Of texts that read the same not all are looked at: those of root 0 go.
static bool is_third(unsigned k)
{
    return k % ROOTS && k % 3 == 0;
}

static void delete_one(engine *e, unsigned k)
{
    char uri[16];
    refusal r = {0};
    change c;
    snprintf(uri, sizeof uri, "a/%u", k);
    json_t *header = json_pack("{s:s}", "uri", uri);
    assert_ok(engine_read_delete(e, header, &c, &r));
    engine_apply(e, &c, 1);
    assert_int_equal(c.deleted, 1);
    change_fini(&c);
    json_decref(header);
}

// Puts the first n in groups; with `gone` those that are left out are taken out again as soon as
// the group is stored, else they never come.
static void put_all(engine *e, uint64_t seed, unsigned n, is_left *left, bool gone)
{
    change c[GROUP_MOST];
    for (unsigned k = 0, size; k < n; k += size) {
        size_t m = 0;
        size = 1 + (unsigned)(t_random(&seed) % GROUP_MOST);
        size = size < n - k ? size : n - k;
        for (unsigned i = k; i < k + size; i++)
            if (!left || gone || left(i))
                read_put(e, i, t_random(&seed) % 2, &c[m++]);
        engine_apply(e, c, m);
        for (size_t i = 0; i < m; i++) {
            assert_ok(c[i].refusal.err);
            change_fini(&c[i]);
        }
        for (unsigned i = k; gone && i < k + size; i++)
            if (!left(i))
                delete_one(e, i);
    }
}

// STORY of an article without the story's id, to be freed.
static char *story_of(engine *e, unsigned k)
{
    char uri[16];
    refusal r = {0};
    json_t *reply = NULL;
    snprintf(uri, sizeof uri, "a/%u", k);
    json_t *header = json_pack("{s:s}", "uri", uri);
    assert_ok(engine_story(e, header, engine_end(e), &reply, &r));
    json_object_del(reply, "story");
    char *said = json_dumps(reply, JSON_SORT_KEYS);
    json_decref(header);
    json_decref(reply);
    assert_non_null(said);
    return said;
}

typedef struct store {
    char dir[32];
    engine *e;
} store;

static void open_store(store *s, unsigned hands)
{
    char why[256] = "";
    *s = (store){.dir = "/tmp/shg-prop-XXXXXX"};
    assert_non_null(mkdtemp(s->dir));
    engine_opts o = {.dir = s->dir, .seed = 7, .seal_docs = 64, .hands = hands};
    if (engine_open(&s->e, &o, why, sizeof why))
        fail_msg("%s", why);
}

static void close_store(store *s)
{
    engine_close(&s->e);
    t_remove_store(s->dir);
}

static void assert_same_stories(store *a, store *b, unsigned n, is_left *left)
{
    size_t said = 0, asked = 0;
    for (unsigned k = 0; k < n; k++) {
        if (left && !left(k))
            continue;
        char *x = story_of(a->e, k), *y = story_of(b->e, k);
        assert_string_equal(x, y);
        said += strlen(x);
        asked++;
        free(x);
        free(y);
    }
    assert_true(said > asked * 500); // they hang together
}

static void test_hands(void **state)
{
    (void)state;
    store one, many;
    uint64_t seed = t_seed();
    open_store(&one, 1);
    put_all(one.e, seed, ARTICLES, NULL, false);
    for (int round = 0; round < 2; round++) {
        open_store(&many, HANDS);
        put_all(many.e, t_random(&seed), ARTICLES, NULL, false);
        assert_same_stories(&one, &many, ARTICLES, NULL);
        close_store(&many);
    }
    close_store(&one);
}

static void test_taken_out_meanwhile(void **state)
{
    enum { FEW = ROOTS * 20 }; // all candidates of each are verified
    (void)state;
    store never, gone;
    uint64_t seed = t_seed();
    open_store(&never, 1);
    put_all(never.e, seed, FEW, is_third, false);
    for (int round = 0; round < 6; round++) {
        open_store(&gone, HANDS);
        put_all(gone.e, t_random(&seed), FEW, is_third, true);
        assert_same_stories(&never, &gone, FEW, is_third);
        close_store(&gone);
    }
    close_store(&never);
}

// The matches with which a PUT that was applied is answered, to be freed.
static char *answer_of(engine *e, const change *c)
{
    refusal r = {0};
    json_t *reply = json_object();
    assert_ok(engine_put_matches(e, c->reading, reply, &r));
    char *said = json_dumps(json_object_get(reply, "matches"), JSON_SORT_KEYS);
    json_decref(reply);
    assert_non_null(said);
    return said;
}

static char *query_of(engine *e, unsigned k)
{
    char uri[16];
    refusal r = {0};
    json_t *reply;
    snprintf(uri, sizeof uri, "a/%u", k);
    json_t *header = json_pack("{s:s}", "uri", uri);
    assert_ok(engine_query(e, header, (view){0}, &reply, &r));
    char *said = json_dumps(json_object_get(reply, "matches"), JSON_SORT_KEYS);
    json_decref(header);
    json_decref(reply);
    return said;
}

static void test_answers(void **state)
{
    (void)state;
    store one, many;
    uint64_t seed = t_seed();
    change c[GROUP_MOST];
    size_t said = 0;
    open_store(&one, 1);
    open_store(&many, HANDS);
    for (unsigned k = 0, n; k < ARTICLES; k += n) {
        n = 1 + (unsigned)(t_random(&seed) % GROUP_MOST);
        n = n < ARTICLES - k ? n : ARTICLES - k;
        for (unsigned i = 0; i < n; i++)
            read_put(many.e, k + i, true, &c[i]);
        engine_apply(many.e, c, n);
        for (unsigned i = 0; i < n; i++) {
            change alone;
            read_put(one.e, k + i, true, &alone);
            engine_apply(one.e, &alone, 1);
            char *asked = query_of(one.e, k + i), *x = answer_of(one.e, &alone),
                 *y = answer_of(many.e, &c[i]);
            assert_string_equal(x, asked);
            assert_string_equal(y, asked);
            said += strlen(asked);
            free(asked);
            free(x);
            free(y);
            change_fini(&alone);
            change_fini(&c[i]);
        }
    }
    assert_true(said > ARTICLES * 1000); // they have some
    close_store(&one);
    close_store(&many);
}

// Who stops would otherwise wait for as many searches as there are PUTs whose turn has not come.
static void test_no_search_at_the_end(void **state)
{
    (void)state;
    store s;
    change c;
    refusal r = {0};
    json_t *reply = json_object();
    open_store(&s, 1);
    read_put(s.e, 1, true, &c);
    engine_apply(s.e, &c, 1);
    free(answer_of(s.e, &c)); // takes what was found with its place
    free(answer_of(s.e, &c));
    engine_stop(s.e);
    assert_int_equal(engine_put_matches(s.e, c.reading, reply, &r), SHG_EDRAIN);
    json_decref(reply);
    change_fini(&c);
    close_store(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_search_at_the_end),
        cmocka_unit_test(test_hands),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_taken_out_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
