// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl and GnuTLS bring forty libraries with them, which most runs of xmemadm do not
 * need: most ask the kernel. On a machine that is short of memory, and in an emulated
 * one, their start is what takes the time. So the program is linked without them, and
 * these functions of the same names load the library at the first call.
 *
 * A library that cannot be loaded is told on standard error, and the call fails as it
 * would without memory.
 */
#define CURL_DISABLE_TYPECHECK
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <curl/curl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "parts.h"

/* macros that count the arguments stand for these two */
#undef curl_easy_setopt
#undef curl_easy_getinfo

/*
 * LAZY() defines a function that calls its namesake in a library; a failure to load it
 * gives @none. Only one thread of xmemadm makes requests.
 */
#define FIND(soname, name)         \
	static typeof(&name) real; \
                                   \
	real = real ? real : (typeof(real))adm_library_symbol(soname, #name)

#define LAZY(soname, type, name, params, args, none) \
	type name params                             \
	{                                            \
		FIND(soname, name);                  \
		return real ? real args : (none);    \
	}

#define LAZY_VOID(soname, name, params, args) \
	void name params                      \
	{                                     \
		FIND(soname, name);           \
		if (real)                     \
			real args;            \
	}

LAZY(CURL_SONAME, CURL *, curl_easy_init, (void), (), NULL)
LAZY_VOID(CURL_SONAME, curl_easy_cleanup, (CURL * curl), (curl))
LAZY_VOID(CURL_SONAME, curl_easy_reset, (CURL * curl), (curl))
LAZY(CURL_SONAME, CURLcode, curl_easy_perform, (CURL * curl), (curl), CURLE_OUT_OF_MEMORY)
LAZY(CURL_SONAME, char *, curl_easy_escape, (CURL * curl, const char *text, int length),
     (curl, text, length), NULL)
LAZY(CURL_SONAME, const char *, curl_easy_strerror, (CURLcode code), (code), "no libcurl")
LAZY_VOID(CURL_SONAME, curl_free, (void *memory), (memory))
LAZY(CURL_SONAME, struct curl_slist *, curl_slist_append,
     (struct curl_slist * list, const char *text), (list, text), NULL)
LAZY_VOID(CURL_SONAME, curl_slist_free_all, (struct curl_slist * list), (list))
LAZY(CURL_SONAME, CURLM *, curl_multi_init, (void), (), NULL)
LAZY(CURL_SONAME, CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *curl), (multi, curl),
     CURLM_OUT_OF_MEMORY)
LAZY(CURL_SONAME, CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL *curl), (multi, curl),
     CURLM_OUT_OF_MEMORY)
LAZY(CURL_SONAME, CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running),
     CURLM_OUT_OF_MEMORY)
LAZY(CURL_SONAME, CURLMcode, curl_multi_poll,
     (CURLM * multi, struct curl_waitfd *fds, unsigned int count, int ms, int *ready),
     (multi, fds, count, ms, ready), CURLM_OUT_OF_MEMORY)
LAZY(CURL_SONAME, CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left), NULL)
LAZY(CURL_SONAME, CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi), CURLM_OUT_OF_MEMORY)
LAZY(GNUTLS_SONAME, int, gnutls_rnd, (gnutls_rnd_level_t level, void *data, size_t len),
     (level, data, len), GNUTLS_E_MEMORY_ERROR)
LAZY(GNUTLS_SONAME, int, gnutls_hash_fast,
     (gnutls_digest_algorithm_t hash, const void *text, size_t len, void *digest),
     (hash, text, len, digest), GNUTLS_E_MEMORY_ERROR)

/* The value is a long or a pointer, which are passed in the same way wherever Linux runs. */
_Static_assert(sizeof(long) == sizeof(void *), "options of libcurl");

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	FIND(CURL_SONAME, curl_easy_setopt);
	va_list list;
	void *value;

	va_start(list, option);
	value = va_arg(list, void *);
	va_end(list);
	return real ? real(curl, option, value) : CURLE_OUT_OF_MEMORY;
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	FIND(CURL_SONAME, curl_easy_getinfo);
	va_list list;
	void *value;

	va_start(list, info);
	value = va_arg(list, void *);
	va_end(list);
	return real ? real(curl, info, value) : CURLE_OUT_OF_MEMORY;
}
