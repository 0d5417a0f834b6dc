// What counts as furniture. Texts mark the words expected to be furniture with [ and ].
#include "t.h"
#include "evidence/side.h"

#define ONE_LINE                                                                                   \
    "Der Bürgermeister ging nach der Sitzung durch den Regen nach Hause, wo niemand auf ihn "     \
    "wartete. "                                                                                    \
    "Die Fischer hatten ihm am Hafen gesagt, dass der Winter lang wird und die Netze alt sind. "   \
    "Er versprach nichts, schrieb aber alles in ein kleines Heft, das er seit Jahren bei sich "    \
    "hat. "

static const char *const samples[] = {
    "[Jane Roe waves to the crowd in Lund. (AP Photo/John Doe)]\nThe mayor left the hall.",
    "[The hall in Lund on Monday.]\n[(John Doe/Pool Photo via AP)]\nThe mayor left the hall.",
    "The mayor left the hall.\n[© Copyright 2018 Lund Courier. All rights reserved.]",
    "[Sign up for our newsletter]\nThe mayor left the hall.\n[Read more: what the mayor said]",
    "The mayor left the hall.\n[Advertisement]\nShe went home.",
    "[window.ads = window.ads || {}; ads.push({mode: 'thumbs'});]\nThe mayor left the hall.",
    "[Recommended video]\n[The mayor speaks in the hall.]\nShe left the hall.",
    "[A man with a red flag marches through the old town of Lund ... more]\n"
    "[A man with a red flag marches through the old town of Lund on a cold and rainy Monday.]\n"
    "The mayor left the hall.",
    "Mayor leaves the hall early\n[Mayor leaves the hall early]\nShe left.\nShe left.",
    "Der Bürgermeister ging.\n[Alle Rechte vorbehalten.]\n[Lesen Sie auch: Was er sagte]",
    "Мэр ушла домой.\n[Все права защищены.]",
    // an article stored as one line: the sentence goes, its neighbours stay
    ONE_LINE "[Lesen Sie auch: Was die Köchin sagte.] " ONE_LINE,
    ONE_LINE "[Jeden Morgen direkt ins Postfach, am 3. Mai zum ersten Mal.] " ONE_LINE,
    ONE_LINE "[Dieser Artikel enthält Affiliate-Links, z. B. zu Läden.] " ONE_LINE,
    ONE_LINE "Was sie lesen. Klicken sie auf den Takt? " ONE_LINE,
    ONE_LINE ONE_LINE
    "[Hier können Sie die Rechte an diesem Artikel erwerben. Die Fischer von Skarup "
    "streiten über ein Netz. Ein Wirt schweigt.]",
    ONE_LINE ONE_LINE "[Pressekontakt: Ida Holm, Telefon 040 1234. Wir sind die Größten im Land.]",
    ONE_LINE "[Sachdienliche Hinweise nimmt die Polizei in Skarup entgegen.] " ONE_LINE,
    "Der Bürgermeister ging.\n[Über die Autorin: Ida Holm wuchs zwischen zwei Flüssen auf. Sie "
    "schreibt seit "
    "Jahren über alles, was wächst, kriecht oder sich verläuft, und lebt mit einem Hund am Hafen.]",
    "Roe Optics opened a grinding shop. The town moved a bus line for it.\n[About Roe Optics: The "
    "firm "
    "has made mirrors since 1921. It has five sites.]",
    "Roe Optics opened a grinding shop. The town moved a bus line for it.\n[About Roe "
    "Optics]\n[The firm "
    "has made mirrors since 1921. It has five sites.]",
    "The town moved a bus line.\nAbout forty people: that is what came of it. Others went home at "
    "once.",
    "关于公司的消息，今天早上。市长回家了，渔民也回家了。\n[关于远山光学：公司成立于一九二一年]",
    "El alcalde se fue a casa.\n[Suscríbete a nuestro boletín]\n[Todos los derechos reservados]",
    "Le maire est parti.\n[À lire aussi : ce que dit la cuisinière]\nIl reviendra.",
    "O prefeito foi para casa.\n[Leia também: o que disse a cozinheira]",
    "Il sindaco è andato a casa.\n[Leggi anche: le parole della cuoca]",
    "De burgemeester ging naar huis.\n[Lees ook: wat de kokkin zei]",
    "Burmistrz poszedł do domu.\n[Czytaj także: co powiedziała kucharka]",
    "Başkan eve gitti.\n[Tüm hakları saklıdır.]\n[Bizi takip edin]",
    "Мэр ушла домой.\n[Читайте также: что сказала повар]\n[Подписывайтесь на наш канал]",
    "عاد العمدة إلى بيته.\n[اقرأ أيضاً: ماذا قالت الطاهية]\n[جميع الحقوق محفوظة]",
    "میئر گھر چلے گئے۔\n[یہ بھی پڑھیں: باورچی نے کیا کہا]",
    "市长回家了。\n[版权所有，未经授权不得转载]\n[延伸阅读：厨师说了什么]",
    "市長は帰宅した。\n[あわせて読みたい：料理人の話]",
    "시장은 집에 갔다.\n[무단 전재 및 재배포 금지]",
    // prose that only sounds like it
    "She said that she would share the money with the other farmers of the valley next year.",
    "Die Fischer kauften Netze, die sie hier finden, und Brot, wie sie auch am Dienstag berichten.",
    "She wants to become a member of the club, which has a view of the whole bay and of the old "
    "boats in it.",
    "وقال العمدة إنه اشترك في الاجتماع وشارك في النقاش مع الصيادين حول الشباك.",
    "The photo showed the mayor as she left the hall with a bag that was not hers on Monday night.",
};

static void test_samples(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
        char text[2048], expect[2048];
        size_t n = 0;
        char inside = 0;
        for (const char *p = samples[k]; *p; p++) {
            if (*p == '[' || *p == ']') {
                inside = *p == '[';
                continue;
            }
            text[n] = *p;
            expect[n++] = inside;
        }
        side s;
        assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
        assert_true(s.words.n > 0);
        for (size_t i = 0; i < s.words.n; i++) {
            const word *w = &s.words.w[i];
            if (!(s.mark[i] & MARK_FURNITURE) != !expect[w->begin])
                fail_msg("sample %zu: word %zu \"%.*s\"", k, i, (int)(w->end - w->begin),
                         text + w->begin);
        }
        side_free(&s);
    }
}

// An article stored as one line is not lost to one phrase in it.
static void test_one_line(void **state)
{
    (void)state;
    char text[16384];
    size_t n = (size_t)sprintf(text, "(AP Photo/Jane Roe) ");
    for (int i = 0; i < 500; i++)
        n += (size_t)sprintf(text + n, "word%d ", i);
    n += (size_t)sprintf(text + n, "Sign up for it. All rights reserved.");
    side s;
    assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
    assert_true(s.own_words >= 500);
    assert_true(s.own_words < s.words.n);
    side_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples),
                                       cmocka_unit_test(test_one_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
