// dict.h - the wordbook and the dictionary that a store's articles are packed with, each trained on
// them once.
// Layer: index, private.  Threads: dict_train under job_lock.
#ifndef SHINGLED_INDEX_DICT_H
#define SHINGLED_INDEX_DICT_H
#include "index/inside.h"

// dict_load gives the packer what the store has of the two.
SHG_MUST_CHECK shg_err dict_load(packer *p, db_txn *t);

// dict_is_due: one is missing, and there are articles to train it on.
bool dict_is_due(article_index *ix);

// dict_train trains what is missing on a sample of the articles, makes it durable, and from then on
// articles are packed with it.
SHG_MUST_CHECK shg_err dict_train(article_index *ix);

#endif
