// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <gnutls/x509.h>
#include <systemd/sd-daemon.h>

#include "file.h"
#include "http/revoked.h"

#define CRL_FILE_MAX (4 << 20)
#define LISTS_MAX 16

/* A number on the list. */
struct number {
	size_t size;
	uint8_t bytes[XMEMD_SERIAL_MAX];
};

/* What makes a file another one. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

/**
 * struct xmemd_revoked - the list
 * @lock: of what follows
 * @path: of the file, empty if there is none
 * @ca: who must have signed it
 * @stamp: of the file as it was read, or failed to be read, last
 * @numbers: revoked ones, sorted
 * @count: how many
 * @generation: grows whenever they change
 */
struct xmemd_revoked {
	pthread_mutex_t lock;
	char path[XMEM_CONFIG_VALUE];
	gnutls_x509_crt_t ca;
	struct stamp stamp;
	struct number *numbers;
	size_t count;
	unsigned int generation;
};

static int compare(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->size);
}

/* Numbers are written with leading zeros or without. */
static struct number make_number(const uint8_t *bytes, size_t size)
{
	struct number number = {};

	while (size > 1 && !*bytes) {
		bytes++;
		size--;
	}
	number.size = size < sizeof(number.bytes) ? size : sizeof(number.bytes);
	memcpy(number.bytes, bytes, number.size);
	return number;
}

static bool same_file(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec &&
	       a->ctime.tv_sec == b->ctime.tv_sec && a->ctime.tv_nsec == b->ctime.tv_nsec;
}

/* A file that is not there has a stamp too. */
static struct stamp read_stamp(const char *path)
{
	struct stamp stamp = {};
	struct stat st;

	if (!stat(path, &st))
		stamp = (struct stamp){ st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim };
	return stamp;
}

static int add_numbers(gnutls_x509_crl_t crl, struct number **numbers, size_t *count)
{
	int add = gnutls_x509_crl_get_crt_count(crl), i;
	uint8_t serial[64];
	struct number *grown;
	size_t size;

	if (add < 0)
		return -1;
	grown = realloc(*numbers, (*count + (size_t)add + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	*numbers = grown;
	for (i = 0; i < add; i++) {
		size = sizeof(serial);
		if (gnutls_x509_crl_get_crt_serial(crl, i, serial, &size, NULL) < 0)
			return -1;
		grown[(*count)++] = make_number(serial, size);
	}
	return 0;
}

/* A list that is out of date still says who is revoked; the log says that it is. */
static int check_list(struct xmemd_revoked *revoked, gnutls_x509_crl_t crl,
		      struct xmemd_refusal *why)
{
	const unsigned int age = GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
				 GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;
	unsigned int status = 0;

	if (gnutls_x509_crl_verify(crl, &revoked->ca, 1, 0, &status) < 0 ||
	    (status & ~(age | GNUTLS_CERT_INVALID)) || (status && !(status & age)))
		return xmemd_refuse(why, 400, "%s: the revocation list is not signed by the CA",
				    revoked->path);
	if (status & age)
		fprintf(stderr, SD_WARNING "%s: the revocation list is not of today; it is used\n",
			revoked->path);
	return 0;
}

static int parse(struct xmemd_revoked *revoked, const char *text, size_t size,
		 struct number **numbers, size_t *count, struct xmemd_refusal *why)
{
	const gnutls_datum_t data = { .data = (unsigned char *)text, .size = (unsigned int)size };
	gnutls_x509_crl_t lists[LISTS_MAX];
	unsigned int n = LISTS_MAX, i;
	int ret;

	ret = gnutls_x509_crl_list_import(lists, &n, &data, GNUTLS_X509_FMT_PEM,
					  GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
	if (ret < 0)
		return xmemd_refuse(why, 400, "%s: no revocation list in PEM: %s", revoked->path,
				    gnutls_strerror(ret));
	n = (unsigned int)ret;
	for (i = 0, ret = 0; i < n && !ret; i++) {
		ret = check_list(revoked, lists[i], why);
		if (!ret && add_numbers(lists[i], numbers, count) < 0)
			ret = xmemd_refuse(why, 400, "%s: the revocation list cannot be read",
					   revoked->path);
	}
	for (i = 0; i < n; i++)
		gnutls_x509_crl_deinit(lists[i]);
	return ret;
}

/* Reads the file. The numbers change only if all of it is good. */
static int load(struct xmemd_revoked *revoked, struct xmemd_refusal *why)
{
	struct number *numbers = NULL;
	size_t size, count = 0;
	char *text;
	int ret;

	if (xmemd_file_read(revoked->path, CRL_FILE_MAX, &text, &size, why) < 0)
		return -1;
	ret = parse(revoked, text, size, &numbers, &count, why);
	free(text);
	if (ret < 0) {
		free(numbers);
		return -1;
	}
	if (count)
		qsort(numbers, count, sizeof(*numbers), compare);
	free(revoked->numbers);
	revoked->numbers = numbers;
	revoked->count = count;
	revoked->generation++;
	return 0;
}

/* Reads the file again if it is another one. With the lock held. */
static void refresh(struct xmemd_revoked *revoked)
{
	struct xmemd_refusal why = {};
	struct stamp stamp;

	if (!revoked->path[0])
		return;
	stamp = read_stamp(revoked->path);
	if (same_file(&stamp, &revoked->stamp))
		return;
	/* stamped before it is read: what changes meanwhile is read again */
	revoked->stamp = stamp;
	if (load(revoked, &why) < 0)
		fprintf(stderr, SD_ERR "%s; the list read before stays in force\n", why.text);
	else
		fprintf(stderr, SD_INFO "%s: %zu certificates are revoked\n", revoked->path,
			revoked->count);
	xmemd_refusal_clear(&why);
}

/**
 * xmemd_revoked_new() - read the list
 * @crl: its file; empty: nobody is revoked
 * @ca: text (PEM) of the CA's certificate
 * @revokedp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set: a daemon does not begin without the list it shall use.
 */
int xmemd_revoked_new(const char *crl, const char *ca, struct xmemd_revoked **revokedp,
		      struct xmemd_refusal *why)
{
	const gnutls_datum_t data = { .data = (unsigned char *)ca,
				      .size = (unsigned int)strlen(ca) };
	struct xmemd_revoked *revoked = calloc(1, sizeof(*revoked));

	if (!revoked)
		return xmemd_refuse(why, 500, "out of memory");
	pthread_mutex_init(&revoked->lock, NULL);
	snprintf(revoked->path, sizeof(revoked->path), "%s", crl);
	if (gnutls_x509_crt_init(&revoked->ca) < 0 ||
	    gnutls_x509_crt_import(revoked->ca, &data, GNUTLS_X509_FMT_PEM) < 0) {
		xmemd_refuse(why, 400, "the CA's certificate cannot be read");
		xmemd_revoked_free(revoked);
		return -1;
	}
	revoked->stamp = read_stamp(revoked->path);
	if (revoked->path[0] && load(revoked, why) < 0) {
		xmemd_revoked_free(revoked);
		return -1;
	}
	*revokedp = revoked;
	return 0;
}

/**
 * xmemd_revoked_free() - forget the list
 * @revoked: the list; NULL is nothing
 */
void xmemd_revoked_free(struct xmemd_revoked *revoked)
{
	if (!revoked)
		return;
	gnutls_x509_crt_deinit(revoked->ca);
	pthread_mutex_destroy(&revoked->lock);
	free(revoked->numbers);
	free(revoked);
}

/**
 * xmemd_revoked_generation() - which list is in force now
 * @revoked: the list; its file is looked at
 *
 * Return: a number; who was checked under another one has to be checked again.
 */
unsigned int xmemd_revoked_generation(struct xmemd_revoked *revoked)
{
	unsigned int generation;

	pthread_mutex_lock(&revoked->lock);
	refresh(revoked);
	generation = revoked->generation;
	pthread_mutex_unlock(&revoked->lock);
	return generation;
}

/**
 * xmemd_revoked_check() - is somebody's certificate still good?
 * @revoked: the list
 * @peer: whose certificate
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (403).
 */
int xmemd_revoked_check(struct xmemd_revoked *revoked, const struct xmemd_peer *peer,
			struct xmemd_refusal *why)
{
	struct number number = make_number(peer->serial, peer->serial_size);
	bool found;

	pthread_mutex_lock(&revoked->lock);
	found = revoked->count &&
		bsearch(&number, revoked->numbers, revoked->count, sizeof(number), compare);
	pthread_mutex_unlock(&revoked->lock);
	if (found)
		return xmemd_refuse(why, 403, "the certificate of \"%s\" is revoked", peer->cn);
	if (peer->expires <= time(NULL))
		return xmemd_refuse(why, 403, "the certificate of \"%s\" is not valid any more",
				    peer->cn);
	return 0;
}

/**
 * xmemd_revoked_count() - how many certificates are revoked
 * @revoked: the list
 *
 * Return: the count.
 */
unsigned int xmemd_revoked_count(struct xmemd_revoked *revoked)
{
	unsigned int count;

	pthread_mutex_lock(&revoked->lock);
	count = (unsigned int)revoked->count;
	pthread_mutex_unlock(&revoked->lock);
	return count;
}
