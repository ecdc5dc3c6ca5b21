// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gnutls/gnutls.h>

#include "kv/etcd.h"

/**
 * xmemd_etcd_bytes() - a text as etcd wants it
 * @text: the text
 *
 * Return: its base64, or NULL without memory.
 */
json_t *xmemd_etcd_bytes(const char *text)
{
	const gnutls_datum_t in = { (unsigned char *)text, (unsigned int)strlen(text) };
	gnutls_datum_t out;
	json_t *json;

	if (!in.size)
		return json_string("");
	if (gnutls_base64_encode2(&in, &out) < 0)
		return NULL;
	json = json_stringn((const char *)out.data, out.size);
	gnutls_free(out.data);
	return json;
}

static json_t *join(const struct etcd *e, const char *kind, const char *name, const char *end)
{
	char key[128 + 16 + XMEMD_KV_KEY + 2];

	snprintf(key, sizeof(key), "%s%s%s%s", e->prefix, kind, name, end);
	return xmemd_etcd_bytes(key);
}

/**
 * xmemd_etcd_key() - the key of something
 * @e: etcd
 * @kind: "r/", "member/", "leader", "commit"
 * @name: what follows, may be ""
 *
 * Return: the key below our prefix, in base64.
 */
json_t *xmemd_etcd_key(const struct etcd *e, const char *kind, const char *name)
{
	return join(e, kind, name, "");
}

/**
 * xmemd_etcd_key_end() - what is behind all keys that begin alike
 * @e: etcd
 * @kind: as xmemd_etcd_key()
 * @prefix: beginning of the name
 *
 * Return: the end of the range, in base64.
 */
json_t *xmemd_etcd_key_end(const struct etcd *e, const char *kind, const char *prefix)
{
	/* keys are printable: this is behind any of them */
	return join(e, kind, prefix, "\x7f");
}

/**
 * xmemd_etcd_number() - a 64-bit number as etcd wants it
 * @number: the number
 *
 * Return: it as a text.
 */
json_t *xmemd_etcd_number(uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return json_string(text);
}

/**
 * xmemd_etcd_read_number() - read a 64-bit number
 * @object: where
 * @name: which; one that is missing is 0, as etcd leaves zeros out
 *
 * Return: the number.
 */
uint64_t xmemd_etcd_read_number(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? strtoull(text, NULL, 10) : 0;
}

/**
 * xmemd_etcd_revision() - the revision of an answer
 * @answer: the answer
 *
 * Return: the revision that etcd was at.
 */
uint64_t xmemd_etcd_revision(const json_t *answer)
{
	return xmemd_etcd_read_number(json_object_get(answer, "header"), "revision");
}

/**
 * xmemd_etcd_compare() - a comparison of a transaction
 * @e: etcd
 * @kind: as xmemd_etcd_key()
 * @name: as xmemd_etcd_key()
 * @target: "CREATE" or "MOD"
 * @member: "create_revision" or "mod_revision"
 * @result: "EQUAL", "GREATER"
 * @number: with what; a key that does not exist has 0
 *
 * Return: JSON.
 */
json_t *xmemd_etcd_compare(const struct etcd *e, const char *kind, const char *name,
			   const char *target, const char *member, const char *result,
			   uint64_t number)
{
	return json_pack("{s:o, s:s, s:s, s:o}", "key", xmemd_etcd_key(e, kind, name), "target",
			 target, "result", result, member, xmemd_etcd_number(number));
}

/**
 * xmemd_etcd_put() - a write of a transaction
 * @e: etcd
 * @kind: as xmemd_etcd_key()
 * @name: as xmemd_etcd_key()
 * @value: value, NULL deletes
 * @lease: that it ends with, or 0
 *
 * Return: JSON.
 */
json_t *xmemd_etcd_put(const struct etcd *e, const char *kind, const char *name, const char *value,
		       uint64_t lease)
{
	if (!value)
		return json_pack("{s:{s:o}}", "request_delete_range", "key",
				 xmemd_etcd_key(e, kind, name));
	return json_pack("{s:{s:o, s:o, s:o}}", "request_put", "key", xmemd_etcd_key(e, kind, name),
			 "value", xmemd_etcd_bytes(value), "lease", xmemd_etcd_number(lease));
}

/**
 * xmemd_etcd_get() - a read, alone or (as request_range) in a transaction
 * @e: etcd
 * @kind: as xmemd_etcd_key()
 * @name: as xmemd_etcd_key()
 * @revision: as of which, 0: now
 *
 * Return: JSON.
 */
json_t *xmemd_etcd_get(const struct etcd *e, const char *kind, const char *name, uint64_t revision)
{
	return json_pack("{s:o, s:o}", "key", xmemd_etcd_key(e, kind, name), "revision",
			 xmemd_etcd_number(revision));
}

static char *read_bytes(const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);
	gnutls_datum_t in = { (unsigned char *)json_string_value(text),
			      (unsigned int)json_string_length(text) };
	gnutls_datum_t out;
	char *copy;

	if (!in.size)
		return strdup("");
	if (gnutls_base64_decode2(&in, &out) < 0)
		return NULL;
	copy = strndup((const char *)out.data, out.size);
	gnutls_free(out.data);
	return copy;
}

/**
 * xmemd_etcd_record_read() - read a key and its value
 * @e: etcd
 * @kv: as etcd sends it
 * @record: result, the key without our prefix
 *
 * Return: 0, or -1 when it makes no sense.
 */
int xmemd_etcd_record_read(const struct etcd *e, const json_t *kv, struct etcd_record *record)
{
	size_t skip = strlen(e->prefix);
	char *key = read_bytes(kv, "key");

	*record = (struct etcd_record){
		.created = xmemd_etcd_read_number(kv, "create_revision"),
		.revision = xmemd_etcd_read_number(kv, "mod_revision"),
		.lease = xmemd_etcd_read_number(kv, "lease"),
	};
	if (key && !strncmp(key, e->prefix, skip)) {
		record->key = strdup(key + skip);
		record->value = read_bytes(kv, "value");
	}
	free(key);
	if (record->key && record->value)
		return 0;
	xmemd_etcd_record_clear(record);
	return -1;
}

/**
 * xmemd_etcd_record_clear() - free a record
 * @record: empty afterwards
 */
void xmemd_etcd_record_clear(struct etcd_record *record)
{
	free(record->key);
	free(record->value);
	*record = (struct etcd_record){};
}

/**
 * xmemd_etcd_first_record() - read the answer to a read of one key
 * @e: etcd
 * @range: the answer
 * @record: result
 *
 * Return: 1, 0 if there is no such key, -1 when it makes no sense.
 */
int xmemd_etcd_first_record(const struct etcd *e, const json_t *range, struct etcd_record *record)
{
	const json_t *kvs = json_object_get(range, "kvs");

	*record = (struct etcd_record){};
	if (!json_array_size(kvs))
		return 0;
	return xmemd_etcd_record_read(e, json_array_get(kvs, 0), record) < 0 ? -1 : 1;
}

/**
 * xmemd_etcd_found() - read what a read in a transaction has found
 * @e: etcd
 * @answer: to the transaction
 * @at: which of its operations
 * @record: result
 *
 * Return: as xmemd_etcd_first_record().
 */
int xmemd_etcd_found(const struct etcd *e, const json_t *answer, size_t at,
		     struct etcd_record *record)
{
	const json_t *response = json_array_get(json_object_get(answer, "responses"), at);

	return xmemd_etcd_first_record(e, json_object_get(response, "response_range"), record);
}
