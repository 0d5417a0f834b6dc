// What counts as speech. Texts mark the words expected to be speech with [ and ].
#include "t.h"
#include "evidence/side.h"

#include <sys/mman.h>
#include <unistd.h>

typedef struct sample {
    const char *name, *text;
} sample;

static const sample samples[] = {
    {"ascii", "He said \"[we will go home]\" and left."},
    {"ascii before a comma", "\"[We will go],\" he said. \"[Not today].\""},
    {"ascii inches", "A 5\" screen and a 7\" screen, he said."},
    {"ascii lost space", "It ended.\"[So it goes],\" she said."},
    {"curly", "He said “[we’ll go home]” and left."},
    {"opened straight, closed curly", "\"[Well, if you look],” she said. \"[No].\""},
    {"doubled singles", "He said ‘‘[nothing bad]’’ and left. He said ``[maybe some good]'' too."},
    {"French", "Il a dit : « [nous partons demain] » avant de partir."},
    {"German guillemets", "Er sagte: »[Wir gehen heim]« und ging."},
    {"single guillemets within double", "Er sagte: »[Das ist ›Heim‹ für uns]« und ging."},
    {"single guillemets within double, French",
     "Il a dit : « [notre ‹ maison › est là] » et part."},
    {"single guillemets", "Er sagte: ‹[Wir gehen heim]› und ging."},
    {"ASCII guillemets", "Il a dit <<[nous partons demain]>> avant de partir."},
    {"ASCII low-high", "Powiedział: ,,[Idziemy do domu]'' i wyszedł."},
    {"a low opener lost", "Wir gehen heim“ und mehr nicht. „[Nein]“, sagte sie."},
    {"cp1252", "He said â€œ[we go home]â€\xc2\x9d and left."},
    {"Finnish", "Hän sanoi: »[Me lähdemme kotiin]» ja lähti."},
    {"German low-high", "Er sagte: „[Wir gehen heim]“ und ging. „[Nein]“, sagte sie."},
    {"Polish low-high", "Powiedział: „[Idziemy do domu]” i wyszedł."},
    {"Swedish", "Han sade: ”[Vi går hem]” och gick."},
    {"guillemets within guillemets", "قال إن «[تنظيم «النخيل]» تقدم» في الشمال أمس كثيرا"},
    {"closed by a prime", "أعلن موقع “[نخيل 10]″ عن ذلك"},
    {"Urdu, spaced", "اس نے کہا کہ ’’ [ہم گھر جائیں گے] ‘‘ اور چلا گیا"},
    {"Urdu", "اس نے کہا کہ ’’[ہم گھر جائیں گے]‘‘ اور چلا گیا"},
    {"a stray mark before a comma", "It was called “, they said, and nothing more came of that."},
    {"Chinese corners", "他说「[我们走]」然后走了"},
    {"Chinese curly", "他说“[我们走]”然后走了"},
    {"corners within corners", "彼は『[家に「帰る」よ]』と言った"},
    {"Japanese primes", "彼は〝[家に帰る]〟と言った"},
    {"Hebrew gershayim as marks", "הוא אמר ״[אנחנו הולכים]״ והלך"},
    {"Hebrew gershayim", "צה\"ל אמר \"[אנחנו הולכים]\" והלך"},
    {"Hebrew gershayim, own mark", "דו״ח אמר כי הוא הולך"},
    {"apostrophes",
     "The workers' rights and '90s rock 'n' roll aren't the farmers' concern, he said."},
    {"curly apostrophes",
     "The workers’ rights and ’90s rock ’n’ roll aren’t the farmers’ concern."},
    {"single curly", "He said: ‘[We are the workers’ party, and we go],’ and left."},
    {"single ascii", "'[We are going home],' he said."},
    {"a single word is scare", "The so-called ‘deal’ fell through in the end."},
    {"over paragraphs", "She said:\n“[We go.\n\n“We stay.\n\n“We go again].”\nThen she left."},
    {"over paragraphs, ascii", "\"[We go.\n\n\"We stay].\"\nThen she left."},
    {"single over paragraphs", "‘[We go home now.\n\n‘We stay here].’\nThen she left."},
    {"end lost", "“[We go home, she said.\n]Then she left.\n“[No].”"},
    {"start lost", "We go home,” she said. “[No].”"},
    {"post", "He wrote:\n\n[This will never work!\n\n— Jane Roe (@janeroe) July 4, 2018\n\n]Nobody "
             "answered."},
    {"post over a link", "[It is raining https://t.co/ab1]\n\nNobody answered."},
    {"a handle is no post", "Follow Jane (@janeroe) for more of this."},
    {"transcript",
     "MILLER: [We go.]\nREED: [We stay.]\nMILLER: [We go.]\nREED: [Fine.]\nThey went."},
    {"an interview in one line", "Zwei Leute reden. BOTE: [Gehen Sie heim?] Holm: [Ja.] BOTE: "
                                 "[Wann denn?] Holm: [Um acht.] BOTE: "
                                 "[Allein?] Holm: [Nein.] BOTE: [Mit wem?] Holm: [Mit dem Hund.]"},
    {"two colons in one line", "Zum Abend: Regen. Zum Morgen: Wind. Zum Abend: Regen. Ende: gut."},
    {"labels without capitals",
     "记者：[你去哪里？]\n市长：[回家。]\n记者：[几点？]\n市长：[八点。]\n"
     "记者：[谢谢。]\n市长：[再见。]\n他们走了。"},
    {"an interview with dashes",
     "Мэр ушла.\n— [Куда вы идёте?]\n— [Домой.]\n— [Когда?]\n— [В восемь.]\nВот и всё."},
    {"a list with dashes", "Мэр обещала:\n— крышу;\n— мост;\n— школу;\n— воду.\nВот и всё."},
    {"a name and nothing after it", "The bridge is open.\nMiller"},
    {"a label once", "UPDATE: The bridge is open.\nWORLD: The river is high."},
};

// strip copies text without the brackets and fills expect by byte.
static size_t strip(char *out, char *expect, const char *text)
{
    size_t n = 0;
    char inside = 0;
    for (; *text; text++) {
        if (*text == '[' || *text == ']') {
            inside = *text == '[';
            continue;
        }
        out[n] = *text;
        expect[n++] = inside;
    }
    return n;
}

// Fails where the marks of a text are not those expected for its bytes.
static void check(const char *name, const char *text, size_t n, const char *expect)
{
    side s;
    assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
    assert_true(s.words.n > 0);
    for (size_t i = 0; i < s.words.n; i++) {
        const word *w = &s.words.w[i];
        if (!(s.mark[i] & MARK_SPEECH) != !expect[w->begin])
            fail_msg("%s: word %zu \"%.*s\"", name, i, (int)(w->end - w->begin), text + w->begin);
    }
    side_free(&s);
}

// Each sample as it is, and behind a line of 1 to SHIFTS letters: marks are looked for in blocks of
// bytes, and may lie anywhere in one.
static void test_samples(void **state)
{
    enum { SHIFTS = 33 };
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    // A text ends where memory ends, so that reading on is a crash.
    char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_int_equal(mprotect(map + page, page, PROT_NONE), 0);
    for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
        char shifted[1200] = "", expect[1200] = "";
        for (size_t shift = 0; shift <= SHIFTS; shift++) {
            size_t before = shift ? shift + 1 : 0;
            memset(shifted, 'w', shift);
            memset(expect, 0, before);
            shifted[shift] = '\n';
            size_t n = before + strip(shifted + before, expect + before, samples[k].text);
            check(samples[k].name, memcpy(map + page - n, shifted, n), n, expect);
        }
    }
    munmap(map, 2 * page);
}

// One lost mark must not turn the rest of an article into speech.
static void test_bounded(void **state)
{
    (void)state;
    static const char *const openers[] = {"“", "\"", "„", "«", "‘", "「"};
    for (size_t k = 0; k < sizeof openers / sizeof *openers; k++) {
        char text[16384];
        size_t n = (size_t)sprintf(text, "He said: %s", openers[k]);
        for (int i = 0; i < 1000; i++)
            n += (size_t)sprintf(text + n, "word%d ", i);
        side s;
        assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
        assert_true(s.own_prose >= 800);
        side_free(&s);
    }
}

// A million signatures in one gap: each looked back through all of it.
static void test_signatures_in_a_gap(void **state)
{
    (void)state;
    enum { MANY = 100000 }; // to a race detector each search reads all that follows
    char *text = malloc(2 * MANY + 32);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "Rain.\n");
    for (int i = 0; i < MANY; i++, n += 2)
        memcpy(text + n, "(@", 2);
    n += (size_t)sprintf(text + n, "roe");
    side s;
    assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
    assert_int_equal(s.words.n, 2);
    assert_false((s.mark[0] | s.mark[1]) & MARK_SPEECH);
    side_free(&s);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples),
                                       cmocka_unit_test(test_bounded),
                                       cmocka_unit_test(test_signatures_in_a_gap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
