// furniture.h - which words of a page are no part of its article, by their wording.
//
// Picture captions, rights notices, sign-up, share and "most read" lines, by the phrases
// of data/furniture.tsv. (What a publisher repeats from story to story is known only to
// whoever sees many; see side_add_mark.)
// Layer: evidence.  May include: side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_FURNITURE_H
#define SHINGLED_EVIDENCE_FURNITURE_H
#include "evidence/side.h"

// furniture_mark sets MARK_FURNITURE. Linear time, no memory.
void furniture_mark(side *s);

#endif
