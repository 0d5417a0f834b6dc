// Stored articles, read again.
#include "engine/library.h"

shg_err library_fetch(article *out, doc_info *info, index_look *look, uint32_t doc)
{
    return index_info(look->ix, doc, info) ? index_look_get(look, doc, out) : SHG_ENOTFOUND;
}

shg_err library_make(reading **out, library *lib, const article *a, const doc_info *info)
{
    record rec;
    shg_err e = record_parse(&rec, a->record);
    if (e)
        return e;
    rec.text = a->text;
    e = reading_make(out, &rec, lib->sources, lib->seed);
    if (e)
        return e;
    (*out)->doc = a->doc;
    (*out)->version = a->version;
    (*out)->stored_ms = info->stored_ms;
    cache_put(lib->cache, *out);
    return SHG_OK;
}

shg_err library_read(library *lib, uint32_t doc, reading **out)
{
    *out = cache_get(lib->cache, doc);
    if (*out)
        return SHG_OK;
    article a = {0};
    doc_info info;
    index_look look = {.ix = lib->ix};
    shg_err e = library_fetch(&a, &info, &look, doc);
    index_look_close(&look);
    if (!e)
        e = library_make(out, lib, &a, &info);
    article_free(&a);
    return e;
}
