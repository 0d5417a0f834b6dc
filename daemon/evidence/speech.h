// speech.h - which words of an article are somebody's speech, by what the text shows.
//
// Quotation marks of every convention, also over paragraphs that each open anew;
// embedded posts with their signature; the lines of a transcript. README of this folder
// has the rules.
// Layer: evidence.  May include: side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SPEECH_H
#define SHINGLED_EVIDENCE_SPEECH_H
#include "evidence/side.h"

// speech_mark sets MARK_SPEECH. Linear time, no memory.
void speech_mark(side *s);

#endif
