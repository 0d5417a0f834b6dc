// term.h - text for people on a terminal: colour, width, wrapping.
//
// Whatever others wrote (texts, headlines, uris) goes through here: control characters,
// escape sequences and bidi overrides never reach the terminal.
// Layer: CLI.  May include: base, utf8proc.  Threads: one.
#ifndef SHINGLED_TERM_H
#define SHINGLED_TERM_H
#include "base/view.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_NAME,  // a uri, a publisher
    STYLE_PROSE, // a shared passage, by kind
    STYLE_QUOTED,
    STYLE_PARAPHRASE,
    STYLE_COUNT
} style;

typedef struct term {
    FILE *f;
    bool tty, colour;
    unsigned width; // columns, 40 to 120
} term;

// term_open looks at the stream and the environment (NO_COLOR, TERM, COLUMNS).
// colour: "auto", "always" or "never".
void term_open(term *t, FILE *f, const char *colour);

// term_put writes foreign text, cleaned, on the line. term_say writes our own, formatted,
// whose %s are cleaned too: line breaks stand only at the ends of the format.
void term_put(term *t, style s, view text);
__attribute__((format(printf, 3, 4))) void term_say(term *t, style s, const char *format, ...);

// term_cell writes text in exactly `columns` columns: cut with "…" or filled with blanks.
void term_cell(term *t, style s, const char *text, unsigned columns);

// A stretch of running text in one style.
typedef struct stretch {
    view text;
    style style;
} stretch;

// term_wrap writes runs as one paragraph between margin (the start of the first line, of our
// own making) and the right edge; `hang` starts the lines after it. White space of any kind
// counts as one blank. Without colour shared passages stand in [[ ]].
void term_wrap(term *t, const char *margin, const char *hang, const stretch *runs, size_t n);

// term_columns is how many columns a text takes.
unsigned term_columns(view text);

#endif
