// Credits in languages of the Latin script: their forms, and words that are none.
#include "credits_t.h"

static void reads_english(void **state)
{
    (void)state;
    static const example e[] = {
        {"OSTERVIK (Reuters) - The ferry sank.", "wire reuters.com [OSTERVIK (Reuters)]"},
        {"By Ann Lee, Associated Press\n\nIt sank.",
         "wire apnews.com [By Ann Lee, Associated Press]"},
        {"It sank.\n\n(Reporting by Ann Lee; Editing by Bo Rand)",
         "wire reuters.com [Reporting by Ann Lee; Editing by Bo Rand]"},
        {"It sank.\n\n© 2021 AFP", "wire afp.com [© 2021 AFP]"},
        {"This story was originally published by ProPublica.",
         "republished propublica.org [originally published by ProPublica]"},
        {"A version of this article appeared on Raw Story.",
         "republished rawstory.com [version of this article appeared on Raw Story]"},
        {"It sank. (via Axios)", "republished axios.com [(via Axios)]"},
        {"Lee was contacted by CNN on Monday.", "told cnn.com [contacted by CNN]"},
        {"Lee told the Austrian Times it sank.", "told austrian-times [told the Austrian Times]"},
        {"Lee told Radio Kestrel it sank.", "told radio-kestrel [told Radio Kestrel]"},
        {"It sank, the Fenland Gazette said.",
         "reports fenland-gazette [the Fenland Gazette said]"},
        {"CBS says that the ferry sank.", "reports cbsnews.com [CBS says that]"},
        {"Reuters, citing two sailors, put it at nine.", "reports reuters.com [Reuters]"},
        {"It sank. From the Havn Post:\nMore of it.",
         "republished havn-post [From the Havn Post:]"},
        {"Lee told Norland's largest newspaper Chosun Ilbo.",
         "told chosun.com [told Norland's largest newspaper Chosun Ilbo]"},
        {"An article for The Washington Post made it known.",
         "told washingtonpost.com [article for The Washington Post]"},
        {"It sank, TIME reported on Monday.", "reports time.com [TIME reported]"},
        {"The time has come, and the sun is out.", ""},
        {"A fox told its cubs nothing of the mirror.", ""},
        {"AP is short for advanced placement here.", ""},
        {"The RT of the message was 3.", ""},
        {"The Fox family met at the post office.", ""},
        {"PTI, the party, reported to the voters.", ""},
        {"He works for the BBC in London.", ""},
    };
    ALL(e);
}

static void reads_german(void **state)
{
    (void)state;
    static const example e[] = {
        {"BERLIN (dpa) – Die Fähre sank.", "wire dpa.com [BERLIN (dpa)]"},
        {"Havn (dpa/lno) - Sie sank.", "wire dpa.com [Havn (dpa/lno)]"},
        {"Sie sank. (dpa)", "wire dpa.com [(dpa)]"},
        {"Sie sank. dpa/ott", "wire dpa.com [dpa/ott]"},
        {"Sie sank. RND/dpa", "wire dpa.com [RND/dpa]"},
        {"Sie sank. Mit Material der Nachrichtenagenturen dpa und SID",
         "wire dpa.com [Mit Material der Nachrichtenagenturen dpa]; wire sid.de [Mit Material der "
         "Nachrichtenagenturen dpa und SID]"},
        {"Von Onno Fress, dpa\n\nSie sank.", "wire dpa.com [Von Onno Fress, dpa]"},
        {"Wie die dpa meldet, sank sie.", "reports dpa.com [Wie die dpa meldet]"},
        {"„Sie sank“, sagte Lena Rand der „Rheinischen Post“.",
         "told rp-online.de [sagte Lena Rand der „Rheinischen Post“]"},
        {"Das sagte Lena Rand der Süddeutschen Zeitung.",
         "told sueddeutsche.de [sagte Lena Rand der Süddeutschen Zeitung]"},
        {"Sie sank, sagte Rand dem SPIEGEL.", "told spiegel.de [sagte Rand dem SPIEGEL]"},
        {"Im Interview mit der „Welt“ sprach sie.", "told welt.de [Im Interview mit der „Welt“]"},
        {"Laut einem Bericht der „Bild“-Zeitung sank sie.",
         "reports bild.de [Laut einem Bericht der „Bild“]"},
        {"Dem „Spiegel“ zufolge sank sie.", "reports spiegel.de [Dem „Spiegel“ zufolge]"},
        {"Das berichten NDR, WDR und die „Süddeutsche Zeitung“.",
         "reports ndr.de [berichten NDR]; reports wdr.de [berichten NDR, WDR]; reports "
         "sueddeutsche.de [berichten NDR, WDR und die „Süddeutsche Zeitung]"},
        {"Gegenüber der WELT AM SONNTAG schwieg sie.",
         "told wams.de [Gegenüber der WELT AM SONNTAG]"},
        {"Rand sagte der „Musterhafener Zeitung“, sie sank.",
         "told musterhafener-zeitung [sagte der „Musterhafener Zeitung“]"},
        {"Wie die „Ostheidezeitung“ schreibt, sank sie.",
         "reports ostheidezeitung [Wie die „Ostheidezeitung“ schreibt]"},
        {"Der Text erschien zuerst in der „Zeit“.",
         "republished zeit.de [Der Text erschien zuerst in der „Zeit]"},
        {"Sie sank.\nFoto: Lena Rand/dpa", "photo dpa.com [Foto: Lena Rand/dpa]"},
        {"Sie sank. Quelle: ntv.de, ino/dpa",
         "republished n-tv.de [Quelle: ntv.de]; wire dpa.com [Quelle: ntv.de, ino/dpa]"},
        {"Die Zeit drängt, und die Welt dreht sich.", ""},
        {"Er malte ein Bild vom Stern im Spiegel.", ""},
        {"Der Fokus liegt auf dem Standard der Presse.", ""},
        {"Sie sagte der Sprecherin der ARD nichts.", ""},
        {"Mit Blick auf den Kurier lief er fort.", ""},
        {"Eine Tageszeitung lag da.", ""},
    };
    ALL(e);
}

static void reads_french(void **state)
{
    (void)state;
    static const example e[] = {
        {"PARIS (AFP) - Le bac a coulé.", "wire afp.com [PARIS (AFP)]"},
        {"Le bac a coulé. (avec AFP)", "wire afp.com [avec AFP]"},
        {"Le bac a coulé, selon l'AFP.", "reports afp.com [selon l'AFP]"},
        {"Selon Le Monde, le bac a coulé.", "reports lemonde.fr [Selon Le Monde]"},
        {"Le bac a coulé, rapporte Le Figaro.", "reports lefigaro.fr [rapporte Le Figaro]"},
        {"Le bac a coulé, a indiqué à l'AFP un marin.", "told afp.com [indiqué à l'AFP]"},
        {"« Il coule », a déclaré Lise Rand au Monde.",
         "told lemonde.fr [déclaré Lise Rand au Monde]"},
        {"Dans un entretien au Parisien, elle a parlé.",
         "told leparisien.fr [entretien au Parisien]"},
        {"Selon le quotidien La Croix, il a coulé.",
         "reports la-croix.com [Selon le quotidien La Croix]"},
        {"D'après La Gazette de Havre-Neuf, il a coulé.",
         "reports la-gazette-de-havre-neuf [D'après La Gazette de Havre-Neuf]"},
        {"Interrogé par l'agence Reuters, il a nié.",
         "told reuters.com [Interrogé par l'agence Reuters]"},
        {"Le Figaro a révélé l'affaire.", "reports lefigaro.fr [Le Figaro a révélé]"},
        {"Cet article a été publié initialement par Mediapart.",
         "republished mediapart.fr [publié initialement par Mediapart]"},
        {"Le bac, cité par BFMTV, a coulé.", "reports bfmtv.com [cité par BFMTV]"},
        {"Le bac, a déclaré le maire au micro de Radio Semois, a coulé.",
         "told radio-semois [déclaré le maire au micro de Radio Semois]"},
        {"Le monde entier regarde, le point est fait.", ""},
        {"Il a dit que la croix était belle.", ""},
        {"Le temps presse, la marque aussi.", ""},
        {"La libération du port a eu lieu au matin.", ""},
        {"Il lit Le Monde tous les jours.", ""},
    };
    ALL(e);
}

static void reads_spanish(void **state)
{
    (void)state;
    static const example e[] = {
        {"Puerto Claro (EFE).- El barco se hundió.", "wire efe.com [Puerto Claro (EFE)]"},
        {"MADRID (AP) — El barco se hundió.", "wire apnews.com [MADRID (AP)]"},
        {"Se hundió. Con información de EFE.", "wire efe.com [Con información de EFE]"},
        {"Según informa EFE, se hundió.", "reports efe.com [Según informa EFE]"},
        {"Según El País, se hundió.", "reports elpais.com [Según El País]"},
        {"Se hundió, informó la agencia Reuters.",
         "reports reuters.com [informó la agencia Reuters]"},
        {"«Se hunde», declaró Ana Rand a El Mundo.",
         "told elmundo.es [declaró Ana Rand a El Mundo]"},
        {"Ana Rand dijo al diario La Orilla Nueva que se hundió.",
         "told la-orilla-nueva [dijo al diario La Orilla Nueva]"},
        {"En una entrevista con Clarín, Rand calló.", "told clarin.com [entrevista con Clarín]"},
        {"Se hundió, según el diario El Faro de Puerto Claro.",
         "reports el-faro-de-puerto-claro [según el diario El Faro de Puerto Claro]"},
        {"De acuerdo con Europa Press, se hundió.",
         "reports europapress.es [De acuerdo con Europa Press]"},
        {"La Vanguardia publicó que se hundió.",
         "reports lavanguardia.com [La Vanguardia publicó]"},
        {"Contó un marino a La Voz del Puerto que se hundió.",
         "told la-voz-del-puerto [Contó un marino a La Voz del Puerto]"},
        {"En declaraciones a Radio Altiplano, calló.",
         "told radio-altiplano [declaraciones a Radio Altiplano]"},
        {"Publicado originalmente en Infobae.",
         "republished infobae.com [Publicado originalmente en Infobae]"},
        {"El Universal informó del caso.", "reports eluniversal.com.mx [El Universal informó]"},
        {"El país entero calla y el mundo también.", ""},
        {"El tiempo dirá la razón.", ""},
        {"La nación mira la marca del agua.", ""},
        {"Milenio tras milenio, la semana pasa.", ""},
        {"Lee El País cada día.", ""},
    };
    ALL(e);
}

static void reads_portuguese(void **state)
{
    (void)state;
    static const example e[] = {
        {"Vale Claro, 3 mai 2021 (Lusa) – O barco afundou.", "wire lusa.pt [(Lusa)]"},
        {"Lisboa (AFP) - O barco afundou.", "wire afp.com [Lisboa (AFP)]"},
        {"O barco afundou. Com informações da Reuters.",
         "wire reuters.com [Com informações da Reuters]"},
        {"Segundo a Lusa, afundou.", "reports lusa.pt [Segundo a Lusa]"},
        {"Segundo o jornal Público, afundou.", "reports publico.pt [Segundo o jornal Público]"},
        {"Afundou, informou a Folha de S.Paulo.",
         "reports folha.uol.com.br [informou a Folha de S.Paulo]"},
        {"«Afunda», disse Ana Rand à Lusa.", "told lusa.pt [disse Ana Rand à Lusa]"},
        {"Em declarações à agência Lusa, calou.", "told lusa.pt [declarações à agência Lusa]"},
        {"O Estadão noticiou o caso.", "reports estadao.com.br [O Estadão noticiou]"},
        {"Afundou, de acordo com o G1.", "reports globo.com [de acordo com o G1]"},
        {"Em entrevista ao Jornal das Ilhas Novas, calou.",
         "told jornal-das-ilhas-novas [entrevista ao Jornal das Ilhas Novas]"},
        {"O Correio da Serra Nova avança que afundou.",
         "reports correio-da-serra-nova [O Correio da Serra Nova avança]"},
        {"Afirmou o marinheiro à RTP.", "told rtp.pt [Afirmou o marinheiro à RTP]"},
        {"Originalmente publicado no Correio da Serra Nova.",
         "republished correio-da-serra-nova [Originalmente publicado no Correio da Serra Nova]"},
        {"Conforme a TV Globo, afundou.", "reports globo.com [Conforme a TV Globo]"},
        {"Ana Rand disse ao Expresso que afundou.", "told expresso.pt [disse ao Expresso]"},
        {"O público, esse, vai a pé.", ""},
        {"O globo gira e o expresso parte.", ""},
        {"Veja o barco.", ""},
        {"O observador viu o valor do dia.", ""},
        {"Ele lê o Público ao almoço.", ""},
    };
    ALL(e);
}

static void reads_italian(void **state)
{
    (void)state;
    static const example e[] = {
        {"(ANSA) - PORTO NUOVO, 3 MAG - La nave affondò.", "wire ansa.it [(ANSA)]"},
        {"ROMA (Adnkronos) - La nave affondò.", "wire adnkronos.com [ROMA (Adnkronos)]"},
        {"Secondo l'ANSA, affondò.", "reports ansa.it [Secondo l'ANSA]"},
        {"Secondo quanto riporta La Stampa, affondò.",
         "reports lastampa.it [Secondo quanto riporta La Stampa]"},
        {"Affondò, scrive il Corriere della Sera.",
         "reports corriere.it [scrive il Corriere della Sera]"},
        {"Ha spiegato il marinaio all'ANSA che affondò.",
         "told ansa.it [spiegato il marinaio all'ANSA]"},
        {"In un'intervista al Messaggero del Porto tacque.",
         "told messaggero-del-porto [un'intervista al Messaggero del Porto]"},
        {"Come riferisce l'agenzia Reuters, affondò.",
         "reports reuters.com [riferisce l'agenzia Reuters]"},
        {"Lo scrive anche l'agenzia Ansa.", "reports ansa.it [scrive anche l'agenzia Ansa]"},
        {"Stando al Corriere del Porto, affondò.",
         "reports corriere-del-porto [Stando al Corriere del Porto]"},
        {"Il Sole 24 Ore rivela il caso.", "reports ilsole24ore.com [Il Sole 24 Ore rivela]"},
        {"Intervistato da Sky TG24, tacque.", "told skytg24.it [Intervistato da Sky TG24]"},
        {"Ha raccontato Rand alla Voce di Portonuovo.",
         "told voce-di-portonuovo [raccontato Rand alla Voce di Portonuovo]"},
        {"Fonte: Avvenire", "republished avvenire.it [Fonte: Avvenire]"},
        {"Lo riporta Il Fatto Quotidiano.",
         "reports ilfattoquotidiano.it [riporta Il Fatto Quotidiano]"},
        {"«Affonda», ha detto Anna Rand a La Repubblica.",
         "told repubblica.it [detto Anna Rand a La Repubblica]"},
        {"La stampa di una volta, il tempo perduto.", ""},
        {"Il messaggero a cavallo, libero e solo.", ""},
        {"Il giorno e il foglio bianco.", ""},
        {"La repubblica festeggia oggi.", ""},
        {"Legge La Stampa ogni giorno.", ""},
    };
    ALL(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_english),    cmocka_unit_test(reads_german),
        cmocka_unit_test(reads_french),     cmocka_unit_test(reads_spanish),
        cmocka_unit_test(reads_portuguese), cmocka_unit_test(reads_italian),
    };
    return cmocka_run_group_tests(tests, open_table, close_table);
}
