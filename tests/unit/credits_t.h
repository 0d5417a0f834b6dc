// credits_t.h - what the tests of credits share: a table, and a text's credits as one line.
#ifndef CREDITS_T_H
#define CREDITS_T_H
#include "t.h"

#include "evidence/credits.h"

static sources *table;

static int open_table(void **state)
{
    (void)state;
    char why[200];
    return sources_open(&table, NULL, why, sizeof why) ? -1 : 0;
}

static int close_table(void **state)
{
    (void)state;
    sources_close(&table);
    return 0;
}

static credits find(const char *text, credit_fields f)
{
    words w;
    credits c;
    assert_ok(words_make(&w, view_of(text), NULL));
    assert_ok(credits_find(&c, table, &w, &f));
    words_free(&w);
    return c;
}

// describe writes "role id [as it stands]; ..." of what is found.
static void describe(char *out, size_t len, const char *text, const credits *c)
{
    size_t n = 0;
    *out = 0;
    for (size_t i = 0; i < c->n && n < len; i++) {
        const credit *x = &c->c[i];
        const char *value = x->value ? x->value : text;
        assert_true(x->begin < x->end && x->end <= strlen(value));
        assert_true((value[x->begin] & 0xc0) != 0x80 && (value[x->end] & 0xc0) != 0x80);
        assert_true(x->score > 0 && x->score <= 1);
        n += (size_t)snprintf(out + n, len - n, "%s%s %s [%.*s]", i ? "; " : "",
                              credit_role_name(x->role), x->id, (int)(x->end - x->begin),
                              value + x->begin);
    }
}

static void expect(const char *text, credit_fields f, const char *wanted)
{
    char got[1000];
    credits c = find(text, f);
    describe(got, sizeof got, text, &c);
    if (strcmp(got, wanted))
        fail_msg("\"%s\"\n  gives  %s\n  not    %s", text, got, wanted);
    credits_free(&c);
    assert_int_equal(c.n, 0);
}

typedef struct example {
    const char *text, *wanted;
} example;

static void all(const example *e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect(e[i].text, (credit_fields){0}, e[i].wanted);
}

#define ALL(examples) all(examples, sizeof examples / sizeof *examples)

#endif
