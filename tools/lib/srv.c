// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "srv.h"

#define ANSWER_MAX 8192
/* a name server that is away must not keep anybody waiting for half a minute */
#define TRY_SECONDS 2
#define TRIES 2

/* priority, weight and port stand before the name */
#define FIXED_BYTES 6

static int bad_answer(struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EBADMSG, "the answer of DNS is broken");
}

/* Return: 1 for a record that names a machine, 0 for another one, -1 for a broken one. */
static int read_record(ns_msg message, int index, struct xmem_srv *srv)
{
	const unsigned char *data;
	ns_rr record;

	if (ns_parserr(&message, ns_s_an, index, &record))
		return -1;
	if (ns_rr_type(record) != ns_t_srv)
		return 0;
	data = ns_rr_rdata(record);
	if (ns_rr_rdlen(record) <= FIXED_BYTES)
		return -1;
	srv->priority = ns_get16(data);
	srv->weight = ns_get16(data + 2);
	srv->port = ns_get16(data + 4);
	if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data + FIXED_BYTES,
			       srv->host, sizeof(srv->host)) < 0)
		return -1;
	/* a lone dot says that the service is not there */
	return *srv->host && strcmp(srv->host, ".") && srv->port;
}

/**
 * xmem_srv_read() - read an answer of DNS
 * @answer: the message
 * @size: its length
 * @list: result, room for XMEM_SRV_MAX; further records are left out
 * @count: how many there are; may be 0
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_srv_read(const unsigned char *answer, size_t size, struct xmem_srv *list, size_t *count,
		  struct xmem_err *err)
{
	ns_msg message;
	int i, rc;

	*count = 0;
	if (ns_initparse(answer, (int)size, &message))
		return bad_answer(err);
	for (i = 0; i < ns_msg_count(message, ns_s_an) && *count < XMEM_SRV_MAX; i++) {
		rc = read_record(message, i, &list[*count]);
		if (rc < 0)
			return bad_answer(err);
		*count += (size_t)rc;
	}
	return 0;
}

/**
 * xmem_srv_ttl() - for how long an answer of DNS may be kept
 * @answer: the message
 * @size: its length
 *
 * Return: seconds; 0 if the answer is broken or empty.
 */
uint32_t xmem_srv_ttl(const unsigned char *answer, size_t size)
{
	uint32_t ttl = UINT32_MAX;
	ns_msg message;
	ns_rr record;
	int i;

	if (ns_initparse(answer, (int)size, &message) || !ns_msg_count(message, ns_s_an))
		return 0;
	/* of any kind: on the way to the service its name may have had another one */
	for (i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &record))
			return 0;
		if (ns_rr_ttl(record) < ttl)
			ttl = ns_rr_ttl(record);
	}
	return ttl;
}

static int by_priority(const void *one, const void *two)
{
	const struct xmem_srv *a = one, *b = two;

	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	/* those without weight first, as the drawing wants it */
	return (a->weight > b->weight) - (a->weight < b->weight);
}

/**
 * xmem_srv_order() - the order in which to ask
 * @list: machines
 * @count: how many
 * @random: draws a number
 *
 * By priority; among equals drawn by weight, so that many clients share them out.
 */
void xmem_srv_order(struct xmem_srv *list, size_t count, unsigned int (*random)(void))
{
	size_t i, k, end;

	qsort(list, count, sizeof(*list), by_priority);
	for (i = 0; i < count; i++) {
		struct xmem_srv drawn;
		unsigned int sum = 0, at;

		for (end = i; end < count && list[end].priority == list[i].priority; end++)
			sum += list[end].weight;
		at = random() % (sum + 1);
		for (k = i, sum = list[i].weight; sum < at; sum += list[++k].weight)
			;
		drawn = list[k];
		memmove(&list[i + 1], &list[i], (k - i) * sizeof(*list));
		list[i] = drawn;
	}
}

static unsigned int draw(void)
{
	unsigned int number = 0;

	/* without it the order is always the same, which works as well */
	return getentropy(&number, sizeof(number)) ? 0 : number;
}

static int ask(const char *domain, unsigned char *answer, int *size, struct xmem_err *err)
{
	struct __res_state state = { 0 };
	char name[256];
	int code;

	snprintf(name, sizeof(name), "_xmem._tcp.%s", domain);
	if (res_ninit(&state))
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "DNS cannot be asked");
	state.retrans = TRY_SECONDS;
	state.retry = TRIES;
	*size = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, ANSWER_MAX);
	code = state.res_h_errno;
	res_nclose(&state);
	if (*size > ANSWER_MAX)
		*size = ANSWER_MAX;
	if (*size >= 0)
		return 0;
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE,
			    code == HOST_NOT_FOUND || code == NO_DATA ? ENOENT : EAGAIN,
			    "DNS has no managers for srv:%s (%s): %s", domain, name,
			    hstrerror(code));
}

/**
 * xmem_srv_ask() - ask DNS where managers are
 * @domain: whose
 * @urls: result: https://HOST:PORT, several with commas, in the order to try them
 * @size: room in @urls; what does not fit is left out
 * @ttl: for how many seconds that may be kept; may be NULL
 * @err: why not
 *
 * Asks the servers that the machine is set to now: one that moved to another
 * network needs no restart.
 *
 * Return: 0 or a negative errno.
 */
int xmem_srv_ask(const char *domain, char *urls, size_t size, uint32_t *ttl, struct xmem_err *err)
{
	struct xmem_srv list[XMEM_SRV_MAX];
	unsigned char answer[ANSWER_MAX];
	size_t i, count, len = 0;
	int length = 0, rc;

	rc = ask(domain, answer, &length, err);
	if (!rc)
		rc = xmem_srv_read(answer, (size_t)length, list, &count, err);
	if (rc)
		return rc;
	if (!count)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT,
				    "DNS says that there are no managers for srv:%s", domain);
	if (ttl)
		*ttl = xmem_srv_ttl(answer, (size_t)length);
	xmem_srv_order(list, count, draw);
	for (i = 0; i < count; i++) {
		int more = snprintf(urls + len, size - len, "%shttps://%s:%u", i ? "," : "",
				    list[i].host, list[i].port);

		if (more >= (int)(size - len)) {
			urls[len] = 0;
			break;
		}
		len += (size_t)more;
	}
	return 0;
}

/**
 * xmem_srv_urls() - xmem_srv_ask() for who asks once
 * @domain: whose
 * @urls: result
 * @size: room in @urls
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_srv_urls(const char *domain, char *urls, size_t size, struct xmem_err *err)
{
	return xmem_srv_ask(domain, urls, size, NULL, err);
}
