// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of the store: what is read there makes sense or is refused in words, and the
 * model is whole afterwards. Input: KEY VALUE in each line; no VALUE deletes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *value, *key;
	struct xmemd_refusal why = {};
	struct xmemd_model model = {};
	uint64_t revision = 0;

	if (xmemd_model_init(&model) < 0)
		abort();
	xmemd_model_feed_begin(&model);
	while ((value = strsep(&rest, "\n"))) {
		key = strsep(&value, " ");
		if (xmemd_model_feed(&model, key, value, ++revision, &why) < 0 &&
		    (!why.text[0] || why.status < 400))
			abort();
		xmemd_refusal_clear(&why);
	}
	xmemd_model_feed_end(&model);
	xmemd_model_done(&model);
	free(text);
	return 0;
}
