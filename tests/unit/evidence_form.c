#include "t.h"
#include "evidence/match.h"

static relation relate(const char *x, const char *y)
{
    side a, b;
    match m;
    assert_ok(side_make(&a, view_of(x), NULL));
    assert_ok(side_make(&b, view_of(y), NULL));
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    relation r = m.relation;
    match_free(&m);
    side_free(&a);
    side_free(&b);
    return r;
}

typedef struct row {
    const char *name, *a, *b;
    relation is;
} row;

static void check(const row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        relation ab = relate(rows[i].a, rows[i].b), ba = relate(rows[i].b, rows[i].a);
        if (ab != rows[i].is || ba != rows[i].is)
            fail_msg("%s: %s, %s", rows[i].name, relation_name(ab), relation_name(ba));
    }
}

// Brief notices: what they say is in the fields.
#define TENDER(bank, n, rate, day)                                                                 \
    "The " bank " set a tender for a " n "-day repurchase agreement at a fixed rate of " rate      \
    " pct, a spokesman said. Bids must be in by noon, and funds will be credited on " day ".\n"
#define DIVIDEND(cents, pay, record)                                                               \
    "Qtly div " cents " cts vs " cents " cts prior\nPay " pay "\nRecord " record "\n"
#define LISTED(name) "The Lundby Bourse said it has begun trading the shares of " name ".\n"

static const row brief[] = {
    {"another day's tender", TENDER("Sundbank", "28", "3.80", "April 22"),
     TENDER("Sundbank", "14", "3.65", "May 20"), REL_TEMPLATE},
    {"in digits and in words", TENDER("Sundbank", "28", "3.80", "April 9"),
     TENDER("Sundbank", "28", "3.80", "April nine"), REL_COPY},
    {"another firm's dividend", DIVIDEND("ten", "April 13", "March 13"),
     DIVIDEND("ten", "May 30", "April 15"), REL_TEMPLATE},
    {"the same dividend, resent", DIVIDEND("ten", "April 13", "March 13"),
     "(Resent) " DIVIDEND("ten", "April 13", "March 13"), REL_COPY},
    {"another firm listed", LISTED("Ostrava Tools"), LISTED("Brenner Glass"), REL_TEMPLATE},
};

// A hoax told of another man in another town; and the same, mended.
#define HOAX(man, first, town)                                                                     \
    man " may be moving to " town ". The actor told reporters that his car broke down outside "    \
        "town " town " last week, and that strangers who had no idea who he was took him in, "     \
        "fed him and mended the car for nothing. " first " said that he had never met such "       \
        "people as those of " town ", and that he is looking at a house by the river there.\n"

static const row names[] = {
    {"a hoax with the names swapped", HOAX("Torben Valk", "Valk", "Rostrup"),
     HOAX("Jiri Navratil", "Navratil", "Kolowitz"), REL_TEMPLATE},
    {"a name spelled otherwise", HOAX("Torben Valk", "Valk", "Rostrup"),
     HOAX("Torben Walk", "Walk", "Rostrup"), REL_COPY},
};

// clang-format off
// Obituaries and draws: forms at a low coverage, told by names and by numbers alone.
static const row low[] = {
    {"two obituaries",
     "Agda Maria Tornberg, baker of Kall, died peacefully at home on 4 May, aged 88, surrounded "
     "by family. She kept the shop by the pier of Sunde until the bridge was built. She is "
     "survived by two daughters and a son. A service of thanksgiving will be held at the church "
     "of Orsa. Family flowers only; donations, if desired, to the lifeboat at Lundby, please.\n",
     "Ivar Nils Brandt, watchman in Hamre, died peacefully at home on 19 June, aged 93, "
     "surrounded by family. He sang bass in the Rostrup choir and mended clocks for nothing. He "
     "is survived by two daughters and a son. A service of thanksgiving will be held at the "
     "chapel near Gammelby. Family flowers only; donations, if desired, to the choir, please.\n",
     REL_TEMPLATE},
    {"two draws of a lottery",
     "Die Gewinnzahlen der Ziehung lauten 4, 11, 29, 33, 45 und 48, die Zusatzzahl ist die 7. "
     "Niemand traf alle. Die nächste Ziehung findet am Mittwoch im Studio in Kall statt, und im "
     "Topf liegen dann 5 Millionen. Gewinne müssen binnen sechzig Tagen an einer Annahmestelle "
     "geltend gemacht werden.\n",
     "Die Gewinnzahlen der Ziehung lauten 2, 17, 18, 39, 40 und 41, die Zusatzzahl ist die 1. "
     "Ein Tischler aus Orsa gewann. Die nächste Ziehung findet am Samstag im Studio in Kall "
     "statt, und im Topf liegen dann 3 Millionen. Gewinne müssen binnen sechzig Tagen an einer "
     "Annahmestelle geltend gemacht werden.\n",
     REL_TEMPLATE},
};

// Royal cables, in a script without capitals.
#define CABLE(man, land, feast) \
    "بعث خادم الحرمين الشريفين الملك راكان بن عبدالعزيز آل وادي برقية تهنئة لفخامة الرئيس " man \
    " رئيس " land " بمناسبة ذكرى " feast ". وأعرب الملك باسمه واسم شعب وحكومة المملكة عن أصدق " \
    "التهاني والتمنيات لفخامته بموفور الصحة والسعادة، ولشعب وحكومة " land " دوام التقدم. كما بعث " \
    "ولي العهد برقية مماثلة للرئيس " man " عبر فيها عن أبلغ التهاني وأطيب التمنيات لشعب " land \
    ".\n"
#define GREETED \
    "استقبل صاحب السمو الملكي الأمير فهد بن راكان بن عبدالعزيز آل وادي ولي العهد نائب رئيس مجلس " \
    "الوزراء وزير الداخلية "
#define OFFICIALS \
    "حضر الاستقبال معالي مستشار الديوان وعضو المجلس الدكتور خالد بن حسن، ومعالي وزير الخارجية " \
    "الأستاذ علي بن أحمد، ومعالي رئيس الديوان الملكي الأستاذ حسين بن إبراهيم.\n"
// clang-format on

static const row arabic[] = {
    {"a cable to another president", CABLE("زولتان بيريش", "كرونستان", "الاستقلال"),
     CABLE("ماتياس أولغرن", "ليندلاند", "الجلاء"), REL_TEMPLATE},
    {"the same cable, cut a little", CABLE("زولتان بيريش", "كرونستان", "الاستقلال"),
     "جدة: " CABLE("زولتان بيريش", "كرونستان", "الاستقلال"), REL_COPY},
    {"two audiences: names and titles",
     GREETED
     "في مكتبه أمس صيادين من جزيرة نائية شكوا من ندرة الأسماك وغلاء الشباك هذا الموسم. " OFFICIALS,
     GREETED
     "مساء اليوم فريق الدراجات العائد من سباق الجبال بعد فوزه بالكأس للمرة الثالثة. " OFFICIALS,
     REL_RELATED},
};

// clang-format off
// Weather, where the days use the same words for other places.
#define SKY_AR \
    "توقع مركز الأرصاد في تقريره عن حالة الطقس اليوم هطول أمطار رعدية ورياحا سطحية نشطة " \
    "تثير الغبار وتحجب الرؤية الأفقية في مناطق "
#define SEA_AR                                                                                     \
    " بسرعة 15 كم في الساعة، ويبلغ ارتفاع الموج قرب الخلجان مترين، والبحر هائج إلى متوسط الموج.\n"
#define SKY_DE                                                                                     \
    "Das Wetter bleibt wechselhaft. Im Tagesverlauf ziehen Schauer und einzelne Gewitter auf, "    \
    "dazu weht ein mäßiger Wind aus "
#define GRAD_DE ". Die Höchstwerte liegen bei 19 Grad an der Küste und 24 Grad im Süden.\n"
// clang-format on

static const row weather[] = {
    {"Arabic, two days",
     SKY_AR "الهضبة والساحل، فيما تثير الرياح الأتربة والغبار شمال الوادي. وتكون الرياح جنوبية "
            "غربية" SEA_AR,
     SKY_AR
     "الواحات والسهل الشرقي، مع سماء صحو وحرارة شديدة وسط البلاد. وتهب الرياح شمالية شرقية" SEA_AR,
     REL_TEMPLATE},
    {"Arabic, one day in two papers",
     SKY_AR
     "الهضبة والساحل، فيما تثير الرياح الأتربة والغبار شمال الوادي. وتكون الرياح جنوبية" SEA_AR,
     SKY_AR
     "الهضبة والساحل، فيما تثير الرياح الأتربة والغبار شمال الوادي. وتكون الرياح جنوبية" SEA_AR
     "عن وكالة الأنباء\n",
     REL_COPY},
    {"German, two days",
     SKY_DE
     "Nordwest. In der Nacht klingen die Schauer ab, der Himmel wird klar, es wird kühl" GRAD_DE,
     SKY_DE "Südost. Am Abend kommt im Norden Nebel auf, Regen bleibt dort örtlich, mild" GRAD_DE,
     REL_TEMPLATE},
};

// A story that grows, and one told in other words, are no forms; a close of the market is.
#define CLOSE(index, points, turnover, up, down, deals)                                            \
    "The share index of the Lundby Bourse closed at " index " points after a quiet day, and so "   \
    "moved by " points " points. Turnover in the main list came to " turnover " million crowns, "  \
    "a little less than the average of the month, while " up " shares rose in price and " down     \
    " fell. The number of deals struck in the hall and by wire was " deals " in all.\n"
#define MINES                                                                                      \
    "Miners led the fall once more, since the price of ore went down abroad and nobody dared to "  \
    "buy before the strike vote at Kall. Dealers in the hall blamed a fund in Basel for selling "  \
    "without a limit; its manager, asked by telephone, laughed and hung up. Banks did better.\n"
#define SHIPS                                                                                      \
    "Shipping firms were sought after the thaw opened the northern route a fortnight early, and "  \
    "two brewers gained on talk of a merger that both denied. Old hands on the floor spoke of a "  \
    "spring fever that would pass with the first rain. Bonds were left as they had been.\n"
#define QUAKE(dead, hurt)                                                                          \
    "An earthquake shook the Orsa valley early on Thursday and killed at least " dead " people, "  \
    "the civil guard said. Some " hurt " were hurt when the roof of a bus depot at Hamre came "    \
    "down. Rescuers with dogs searched two blocks of flats, and the road over the pass was shut. " \
    "The governor asked people to stay out of doors until engineers had looked at the houses. "    \
    "Schools in the valley will not open before Monday, and trains end at Sunde for now.\n"

#define COFFEE(may, july, tail)                                                                    \
    "LUNDBY COFFEE per 50 kilos - May " may " 134.55 July " july " 132.70 Sept 131.10 131.25 Nov " \
    "128.75 129.10 Jan 126.40 126.85 March 124.15 124.60 sales 212 lots open 3190 3275 high "      \
    "132.60 low 127.95" tail "\n"

#define PRICES(day, rye)                                                                           \
    "Prices of grain at the mills through April " day ", in crowns: wheat 212.40, rye " rye ", "   \
    "oats 131.60, barley 154.90, the Lundby exchange said; loans are given since July 1 at 140 "   \
    "for wheat and at 122 for rye. Whoever sells before the harvest pays the mill for storing it."

// clang-format off
#define TENDER_ZH(days, rate, sum, month, day)                                                     \
    "中央银行公开市场业务操作室公告称，为维护月末流动性平稳，决定以利率招标方式开展" days          \
    "天期逆回购操作，本次操作的中标利率最终确定为百分之" rate                                      \
    "，较上次没有变化，操作总规模合计为" sum                                                       \
    "亿元，中标资金将按规定程序直接划入各参与银行的准备金账户，交割日期为" month "月" day "日。\n"
#define FOUND_ZH(town, port, county, ship, pilot)                                                  \
    "渡轮" ship "号星期日凌晨在" port "附近海域失去舵叶，漂流三个小时之后才由拖船拖带靠岸。"         \
    "船长" pilot "在接受当地电台采访时表示，当时风浪很大，但旅客一直保持冷静，没有人受伤。" county  \
    "县政府已经下令检查所有同型船只，并要求船东在本周末之前提交报告。" town                         \
    "港的渔民早就呼吁增添第二艘拖船，因为现有的那一艘每年春天都要停航维修。\n"
// clang-format on

static const row others[] = {
    {"two closes of a market", CLOSE("8654.12", "44.5", "113.7", "112", "34", "9300"),
     CLOSE("8807.24", "76.8", "187.5", "15", "140", "11780"), REL_TEMPLATE},
    {"two closes, each with a report of its own",
     CLOSE("8654.12", "44.5", "113.7", "112", "34", "9300") MINES,
     CLOSE("8807.24", "76.8", "187.5", "15", "140", "11780") SHIPS, REL_TEMPLATE},
    {"a table, with one price of an hour later", COFFEE("134.20", "132.45", ""),
     COFFEE("134.20", "132.60", ""), REL_TEMPLATE},
    {"a table, with one price more", COFFEE("134.20", "132.45", ""),
     COFFEE("134.20", "132.45", " last 132.50"), REL_TEMPLATE},
    {"a table, sent twice", COFFEE("134.20", "132.45", ""), COFFEE("134.20", "132.45", " resent"),
     REL_COPY},
    {"the next day's prices", PRICES("6", "188.15"), PRICES("7", "188.35"), REL_TEMPLATE},
    {"the same day's prices, mended", PRICES("6", "188.15"), PRICES("6", "188.35"), REL_COPY},
    {"an updated death toll", QUAKE("12", "40"), QUAKE("19", "55"), REL_COPY},
    {"Russian, the same close",
     "Индекс биржи Лундбю закрылся на отметке 3120 пунктов, оборот 41 млн.\n",
     "Индекс биржи Лундбю закрылся на отметке 3120 пунктов, оборот 41 млн.\n", REL_COPY},
    {"Chinese, another day's tender", TENDER_ZH("28", "3.80", "960", "4", "22"),
     TENDER_ZH("14", "3.65", "725", "5", "20"), REL_TEMPLATE},
    {"Chinese, names in letters and in characters",
     FOUND_ZH("Rostrup", "Lundby", "Hamre", "Skarven", "Amdal"),
     FOUND_ZH("罗斯特鲁普", "Lundbie", "Hammer", "Skarwen", "Amdhal"), REL_COPY},
    {"Urdu, the same words",
     "لاہور میں محکمہ موسمیات نے کہا ہے کہ دریا کا پانی اتر رہا ہے اور پل کل کھول دیا جائے گا جبکہ "
     "کشتیاں واپس "
     "بلا لی گئی ہیں۔\n",
     "لاہور میں محکمہ موسمیات نے کہا ہے کہ دریا کا پانی اتر رہا ہے اور پل کل کھول دیا جائے گا جبکہ "
     "کشتیاں واپس "
     "بلا لی گئی ہیں۔ ختم\n",
     REL_COPY},
};

// A report with most of its figures as they were, by who published the two, and how long apart.
#define LEVELS(harbour, weir)                                                                      \
    "The lake stood at " harbour " centimetres on the gauge in the harbour this morning, the "     \
    "county's water office said, and at " weir " centimetres behind the weir. Boats of more than " \
    "90 centimetres draught should keep to the marked channel until the sluices at Kall close. "   \
    "The office measures at 3 gauges, and has done so since 1921; the highest level was 512 "      \
    "centimetres, the lowest 87. Who lives below 115 metres may have 40 bags of sand a house "     \
    "from the yard in Weir Lane, between 8 and 17 hours, as long as the ground is wet.\n"

// A brief notice of which one amount is another.
#define REPOS(sum)                                                                                 \
    "The bank of issue came to the money market at Lundby to arrange repurchases" sum " for its "  \
    "customers, dealers said. Overnight money stood at 6 when it came in, and they took it for "   \
    "a way of adding reserves for a day or two, no more than the season asks for."

static relation relate_dated(uint64_t publisher, int64_t later_ms, const char *x, const char *y)
{
    side a, b;
    match m;
    assert_ok(side_make(&a, view_of(x), NULL));
    assert_ok(side_make(&b, view_of(y), NULL));
    a.publisher = 1;
    b.publisher = publisher;
    a.published_ms = INT64_C(1600000000000);
    b.published_ms = later_ms ? a.published_ms + later_ms : 0;
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    relation r = m.relation;
    match_free(&m);
    side_free(&a);
    side_free(&b);
    return r;
}

static void test_dated(void **state)
{
    (void)state;
    const int64_t hour = INT64_C(3600000);
    const char *x = LEVELS("231", "340"), *y = LEVELS("228", "336");
    assert_int_equal(relate_dated(1, 168 * hour, x, y), REL_TEMPLATE);
    assert_int_equal(relate_dated(1, -168 * hour, x, y), REL_TEMPLATE);
    assert_int_equal(relate_dated(1, hour, x, y), REL_COPY); // a correction
    assert_int_equal(relate_dated(1, 0, x, y), REL_COPY);    // who knows when
    assert_int_equal(relate_dated(2, 168 * hour, x, y), REL_COPY);
    x = REPOS(" of 2 billion crowns");
    y = REPOS("");
    assert_int_equal(relate_dated(1, 168 * hour, x, y), REL_TEMPLATE);
    assert_int_equal(relate_dated(1, hour, x, y), REL_COPY);
}

#define TEST(table)                                                                                \
    static void test_##table(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        check(table, sizeof table / sizeof *table);                                                \
    }

TEST(brief)
TEST(names)
TEST(low)
TEST(arabic)
TEST(weather)
TEST(others)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brief),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_low),     cmocka_unit_test(test_arabic),
        cmocka_unit_test(test_weather), cmocka_unit_test(test_others),
        cmocka_unit_test(test_dated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
