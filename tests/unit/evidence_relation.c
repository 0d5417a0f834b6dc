#include "t.h"
#include "evidence/match.h"

// Nine items of a morning digest, none of which has to do with another.
#define FERRY                                                                                      \
    "The ferry Skarven lost her rudder off Lundby in the night to Sunday and drifted for three "   \
    "hours before a tug from Kall got a line across. None of the sixty passengers was hurt, the "  \
    "owners wrote, though many were sick. Divers will look at the stern post this week.\n"
#define BRIDGE                                                                                     \
    "Work on the bridge at Orsa stops for a year because the rock under the eastern pier is "      \
    "softer than the drillings of last spring had shown. Lorries go on taking the long way round " \
    "by Sunde, which costs the sawmill there about a tenth of what it earns.\n"
#define BREAD                                                                                      \
    "Bakers in the capital put up the price of rye bread for the third time since Easter. They "   \
    "blame the wet harvest, the price of gas, and a law that forbids them to bake at night.\n"
#define CHESS                                                                                      \
    "A girl of eleven from Rostrup beat two grandmasters in one afternoon at the open in Hamre "   \
    "and shared the lead with her own teacher, who said that he had seen it coming for months.\n"
#define WOLVES                                                                                     \
    "Herdsmen in the high fells counted four wolves at the salt licks, the first in nineteen "     \
    "winters, and asked the county for dogs. Biologists would rather have fences and patience.\n"
#define OPERA                                                                                      \
    "The opera house reopened after the fire with a piece for eight horns and a broken piano. "    \
    "Critics quarrelled about the horns; everybody liked the piano, which had been in the fire.\n"
#define LEAD                                                                                       \
    "A fund in Basel bought the last lead mine of the valley for one crown and a promise to pump " \
    "its water for thirty years. Miners with long service fear that the promise will not last.\n"
#define SWANS                                                                                      \
    "Students who count swans on the lake for the university found fewer nests than ever since "   \
    "the war. A new weir had drowned the reeds in April, when the first eggs lay in them.\n"
#define TRAMS                                                                                      \
    "Tram drivers of the western depot stopped work at noon over a roster that gave some of them " \
    "eleven days without a Sunday. The line to the airport ran; the others stood till evening.\n"
#define NINE_ITEMS BRIDGE BREAD CHESS WOLVES FERRY OPERA LEAD SWANS TRAMS

#define HEADLINES                                                                                  \
    "Ferry Skarven loses rudder off Lundby, sixty aboard unhurt\n"                                 \
    "Bridge at Orsa delayed by a year\nBakers raise price of rye bread again\n"                    \
    "Girl of eleven beats two grandmasters\nWolves back in the high fells\n"                       \
    "Opera house reopens after the fire\n"
#define LIVE                                                                                       \
    "10.42 Good morning. The coast guard has two boats out and asks skippers to stay in port.\n"   \
    "11.05 " FERRY "11.30 " BREAD "12.10 The wind is down to six now, and the pilots say that "    \
    "they expect to take the first freighter in at about three, tide allowing.\n"

#define OFFICIALS                                                                                  \
    "Foreign Minister Jens Torben Holt, Trade Minister Anna Maria Lund and Prime Minister Karl "   \
    "Erik Strand "

#define STATEMENT                                                                                  \
    "\"We have taken note of the verdict, we do not agree with a single line of it, and we shall " \
    "use every means that the law still leaves us,\" "

// clang-format off
#define FERRY_RU \
    "Паром «Скарвен» в ночь на воскресенье потерял руль у берегов Лундбю и три часа дрейфовал, " \
    "пока буксир из Калля не подал конец. Никто из шестидесяти пассажиров не пострадал, сообщили " \
    "владельцы судна. На этой неделе водолазы осмотрят корму. "
#define FERRY_ZH \
    "渡轮斯卡文号星期日凌晨在伦德比附近海域失去舵叶，漂流三个小时之后才由卡尔港派出的拖船拖带靠岸" \
    "。" \
    "船东称六十名乘客无人受伤，但多数人晕船。潜水员将在本周检查船尾。"
// clang-format on

#define LEAD_SPOKEN                                                                                \
    "\"We shall pump until the last miner has been paid,\" the fund in Basel wrote to the "        \
    "county, "                                                                                     \
    "which had asked.\n"
#define REOPENED                                                                                   \
    "The opera house reopened on Friday with a piece for eight horns and a broken piano. Critics " \
    "quarrelled about the horns for an hour; the audience liked the old piano, which had been in " \
    "the fire. Director Ruth Amdal expects the autumn to be sold out before Easter.\n"

typedef struct row {
    const char *name, *a, *b;
    relation is;
} row;

static const row rows[] = {
    // Under 20 words only identity and containment may be claimed.
    {"short, the same", "The ferry runs again.", "The ferry RUNS again!", REL_COPY},
    {"short, within", "The ferry Skarven lost her rudder off Lundby in the night to Sunday.", FERRY,
     REL_EXCERPT},
    {"short, half of it shared",
     "In the night to Sunday and drifted for three hours: what a poem might begin with.", FERRY,
     REL_NONE},
    // Teasers, lists, live pages, digests.
    {"a teaser with its own last words",
     "The ferry Skarven lost her rudder off Lundby in the night to Sunday and drifted for three "
     "hours before a tug from Kall got a line across. None of the sixty ... Read on",
     FERRY, REL_EXCERPT},
    {"a teaser, half of it speech", LEAD_SPOKEN, LEAD_SPOKEN LEAD BREAD CHESS, REL_EXCERPT},
    {"speech alone", STATEMENT, STATEMENT "the heirs wrote after the verdict.\n" LEAD BREAD,
     REL_QUOTES},
    {"some of it exact, the rest reworded", REOPENED,
     "After the fire the house opened again on Friday evening with a piece for eight horns and a "
     "broken piano. Critics in the stalls quarrelled for an hour about the eight horns, but the "
     "whole audience liked the old piano, which had stood in the fire. The director, Ruth Amdal, "
     "expects that tickets for the autumn will be sold out before Easter.\n",
     REL_REWRITE},
    {"a list of headlines", HEADLINES, FERRY, REL_RELATED},
    {"two lists that share a headline", HEADLINES,
     "Ferry Skarven loses rudder off Lundby, sixty aboard unhurt\nKall wins the cup on penalties\n"
     "Minister denies talks with miners\nLottery: nobody had the seven\nSnow stops the night "
     "train\n",
     REL_RELATED},
    {"an article on a live page", FERRY, LIVE, REL_EXCERPT},
    {"an article in a digest of nine", FERRY, NINE_ITEMS, REL_EXCERPT},
    {"two digests that share an item", BRIDGE CHESS FERRY OPERA, BREAD WOLVES FERRY SWANS TRAMS,
     REL_REWRITE},
    // Names, and what somebody said, are nobody's wording.
    {"names and offices",
     OFFICIALS "opened a school for pilots at Kall, where rain drove the guests into the hangar.\n",
     OFFICIALS
     "have not been seen at the fair this year, and the oxen were led by a farmer's son.\n",
     REL_RELATED},
    {"one statement in two reports",
     STATEMENT
     "the heirs wrote after the court at Hamre had given the forest back to the parish.\n",
     "A quarrel of ninety years about some oaks has ended, or so the judges hope. " STATEMENT
     "says a note pinned to the gate of the estate, unsigned, in a clerk's neat hand.\n",
     REL_QUOTES},
    // Other scripts.
    {"Russian, more at the end", FERRY_RU, FERRY_RU "Ошибок экипажа следствие пока не нашло.\n",
     REL_COPY},
    {"Russian, in a longer report", FERRY_RU,
     "Шторм у северных берегов стихает, но порты всё ещё закрыты для малых судов. " FERRY_RU
     "Рыбаки Калля требуют второй буксир: прежний старше большинства из них и стоит в ремонте "
     "каждую весну. Губернатор обещал ответить до праздника, однако денег в бюджете области нет. "
     "Маяк на мысе починили своими силами, стекло для него выписали из столицы.\n",
     REL_EXCERPT},
    {"Chinese, a word mended", FERRY_ZH, "本报讯：" FERRY_ZH, REL_COPY},
    {"Chinese, in a longer report", FERRY_ZH,
     "北部沿海的风暴正在减弱，各港口仍对小型船只关闭，气象部门预计明天中午之后才能恢复通航"
     "。" FERRY_ZH "卡尔港的渔民要求增添第二艘拖船，因为现有的那一艘比他们当中多数人的年纪还要大，"
     "每年春天都要停航维修。"
     "省长答应在节日之前答复，不过地方财政已经没有余款。海岬上的灯塔由居民自行修复，玻璃从首都订购"
     "。",
     REL_EXCERPT},
};

static void test_relations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int turn = 0; turn < 2; turn++) {
            side a, b;
            match m;
            assert_ok(side_make(&a, view_of(turn ? rows[i].b : rows[i].a), NULL));
            assert_ok(side_make(&b, view_of(turn ? rows[i].a : rows[i].b), NULL));
            assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
            if (m.relation != rows[i].is)
                fail_msg("%s: %s %g %g", rows[i].name, relation_name(m.relation), m.containment_a,
                         m.containment_b);
            match_free(&m);
            side_free(&a);
            side_free(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_relations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
