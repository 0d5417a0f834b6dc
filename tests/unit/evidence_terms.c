#include "t.h"
#include "evidence/terms.h"

#include <math.h>

static uint64_t hash_of(const char *name)
{
    uint8_t key[64];
    size_t n = fold_key(key, sizeof key, view_of(name));
    return hash_key((view){key, n});
}

static void list_of(words *w, term_list *t, const char *text)
{
    assert_ok(words_make(w, view_of(text), NULL));
    assert_ok(terms_list(t, w));
}

static double cosine(const char *x, const char *y)
{
    words a, b;
    term_list s, t;
    list_of(&a, &s, x);
    list_of(&b, &t, y);
    double c = terms_cosine(&s, &t);
    terms_free(&s);
    terms_free(&t);
    words_free(&a);
    words_free(&b);
    return c;
}

static void test_shares(void **state)
{
    (void)state;
    static const char *const everyday[] = {"the", "and", "und", "nicht", "est",
                                           "que", "что", "في",  "och"};
    static const char *const some[] = {"election", "hospital", "football", "krieg", "gouvernement"};
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++)
        assert_true(terms_idf(hash_of(everyday[i])) < -log(.5));
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        assert_true(terms_idf(hash_of(some[i])) > -log(.2));
        assert_true(terms_idf(hash_of(some[i])) < terms_idf(hash_of("Zwrkqvst")));
    }
    assert_true(terms_idf(hash_of("the")) >= 0);
    assert_true(terms_idf(hash_of("the")) < .1);
    assert_true(terms_idf(hash_of("Zwrkqvst")) > 6);
    assert_true(terms_idf(hash_of("Zwrkqvst")) == terms_idf_most());
    assert_true(terms_idf(hash_of("THE")) == terms_idf(hash_of("the"))); // by folded key
}

// The small table has all words of one letter, common or not, and else common words alone.
static void test_often(void **state)
{
    static const char *const other[] = {"hospital", "krieg", "Zwrkqvst", "zq", "2019"};
    const terms_often *often = terms_often_get();
    (void)state;
    for (char c = '0'; c <= 'z'; c = c == '9' ? 'a' : (char)(c + 1)) {
        uint64_t hash = hash_of((char[]){c, 0});
        assert_true(terms_is_idle(often, hash));
        assert_true(terms_is_often(often, hash) == (terms_weight(hash, 1) == 0));
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(terms_is_idle(often, hash_of(other[i])));
    assert_true(terms_is_often(often, hash_of("the")));
}

static void test_cosine(void **state)
{
    (void)state;
    const char *a = "The harbour of Lundby was closed on Tuesday after a tanker struck the pier.";
    const char *b = "A tanker has hit the pier at Lundby; the harbour will stay closed for days.";
    const char *c = "The farmers of the valley hope that the price of barley will rise this year.";
    assert_true(cosine(a, a) > .999);
    assert_true(cosine(a, b) > .40);
    assert_true(cosine(a, c) < .10);
    assert_true(cosine(a, b) == cosine(b, a));
    assert_true(cosine(a, "") == 0);
    assert_true(cosine("the and of", "the and of") == 0); // says nothing of a subject
    assert_true(cosine("今天早上港口关闭", "港口今天关闭") > .3);
}

// Everyday words make no subject, also in languages that no collection here is in.
static void test_unrelated(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        // a bridge is closed; a team has a new coach
        {"Byrådet i Havnsted har besluttet, at den gamle bro over åen skal lukkes for biler fra "
         "den første maj, fordi "
         "der er fundet revner i fundamentet, og fordi det vil være for dyrt at reparere den i år. "
         "Borgmesteren siger, "
         "at det ikke er en",
         "Landsholdet har fået en ny træner, som efter planen skal stå i spidsen for holdet de "
         "næste fire år. Det "
         "blev klart, da forbundet mandag holdt et møde, hvor der også blev talt om økonomien. Hun "
         "har tidligere "
         "vundet to mesterskaber, og det er ikke"},
        {"شورای شهر تصمیم گرفت که پل قدیمی روی رودخانه را از هفته آینده "
         "ببندد زیرا کارشناسان در پایه های آن ترک پیدا کرده اند. شهردار "
         "گفت این تصمیم آسان نبود اما نمی توان منتظر ماند تا حادثه ای "
         "رخ دهد. قرار است یک قایق برای",
         "مربی تازه تیم ملی برای چهار سال آینده انتخاب شد و این خبر را "
         "فدراسیون در روز دوشنبه اعلام کرد. او پیش از این دو بار قهرمان "
         "شده است و این بار اول نیست که نامش برای این کار مطرح می شود. "
         "بازیکنان از این"},
        {"नगर परिषद ने फैसला किया है कि नदी पर बना "
         "पुराना पुल अगले महीने से गाड़ियों के लिए "
         "बंद कर दिया जाएगा क्योंकि उसकी नींव में "
         "दरारें मिली हैं और इस साल उसकी मरम्मत करना "
         "बहुत महंगा होगा। महापौर ने कहा कि यह आसान "
         "फैसला",
         "राष्ट्रीय टीम को नई कोच मिल गई है जो अगले "
         "चार साल तक टीम के साथ रहेगी। यह बात सोमवार "
         "को हुई संघ की बैठक के बाद सामने आई जिसमें "
         "पैसे के बारे में भी बात की गई। वह पहले भी दो "
         "बार खिताब जीत"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_true(cosine(pairs[i][0], pairs[i][1]) < .15);
}

// A term that is there twice weighs more, once for all its places; common words have none.
static void test_list(void **state)
{
    (void)state;
    words w;
    term_list t;
    list_of(&w, &t, "the soprano and the harbour soprano");
    assert_int_equal(t.n, 2);
    assert_int_equal(t.n_at, 3);
    double square = 0;
    for (size_t i = 0; i < t.n; i++) {
        const uint32_t *at = &t.at[t.t[i].first];
        bool twice = t.t[i].hash == hash_of("soprano");
        assert_true(i == 0 || t.t[i - 1].hash < t.t[i].hash);
        assert_int_equal(t.t[i].n, twice ? 2 : 1);
        assert_int_equal(at[0], twice ? 1 : 4);
        assert_true(!twice || at[1] == 5);
        square += pow((twice ? 1 + log(2) : 1) * t.t[i].idf, 2);
    }
    assert_true(fabs(t.square - square) < 1e-9);
    terms_free(&t);
    words_free(&w);
}

// What is not kept says nothing.
static void test_cosine_of(void **state)
{
    (void)state;
    words x, y;
    term_list s, t;
    list_of(&x, &s, "harbour tanker column botany");
    list_of(&y, &t, "column botany soprano orchestra");
    const uint8_t all[] = {1, 1, 1, 1}, first[] = {1, 1, 0, 0}, last[] = {0, 0, 1, 1};
    double whole = terms_cosine_of(&(term_part){&s, &x, all}, &(term_part){&t, &y, all});
    assert_true(whole == terms_cosine(&s, &t) && whole > .3 && whole < .7);
    assert_true(terms_cosine_of(&(term_part){&s, &x, first}, &(term_part){&t, &y, last}) == 0);
    assert_true(terms_cosine_of(&(term_part){&s, &x, last}, &(term_part){&t, &y, first}) > .999);
    terms_free(&s);
    terms_free(&t);
    words_free(&x);
    words_free(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),    cmocka_unit_test(test_often),
        cmocka_unit_test(test_cosine),    cmocka_unit_test(test_list),
        cmocka_unit_test(test_cosine_of), cmocka_unit_test(test_unrelated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
