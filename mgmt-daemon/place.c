// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

/**
 * struct place - where a client stands
 * @by_name: in xmemd_model.places
 * @name: of the client, which is that of its certificate
 * @id: its identity, as it says it
 * @labels: its labels
 */
struct place {
	struct xmemd_node by_name;
	char name[XMEMD_NAME_TEXT];
	uint64_t id;
	json_t *labels;
};

const char *const xmemd_place_keys[XMEMD_LABELS] = {
	[XMEMD_LABEL_SITE] = "site",
	[XMEMD_LABEL_RACK] = "rack",
	[XMEMD_LABEL_SWITCH] = "switch",
	[XMEMD_LABEL_NUMA] = "numa",
};

static void drop(struct xmemd_model *model, struct place *place)
{
	xmemd_index_del(&model->places, &place->by_name);
	json_decref(place->labels);
	free(place);
}

/**
 * xmemd_place_set_locked() - a client says where it stands
 * @model: the model, locked
 * @client: name of the client
 * @id: its identity
 * @labels: its labels; NULL or none: it does not say
 *
 * Return: 0, or -1 without memory and the place is what it was.
 */
int xmemd_place_set_locked(struct xmemd_model *model, const char *client, uint64_t id,
			   const json_t *labels)
{
	struct place *before = xmemd_index_get(&model->places, client), *place = NULL;

	if (json_object_size(labels)) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return -1;
		snprintf(place->name, sizeof(place->name), "%s", client);
		place->id = id;
		place->labels = json_deep_copy(labels);
		if (!place->labels) {
			free(place);
			return -1;
		}
	}
	if (before)
		drop(model, before);
	if (place)
		xmemd_index_add(&model->places, &place->by_name, place->name, place);
	return 0;
}

/**
 * xmemd_place_apply_locked() - where a request comes from that does not say it
 * @model: the model, locked
 * @client: name of the client
 * @id: identity that the request is for
 * @where: result, good as long as the model is locked; what says anything stays as it is
 */
void xmemd_place_apply_locked(const struct xmemd_model *model, const char *client, uint64_t id,
			      struct xmemd_where *where)
{
	const struct place *place = xmemd_index_get(&model->places, client);
	unsigned int i;

	if (!place || place->id != id)
		return;
	for (i = 0; i < XMEMD_LABELS; i++)
		if (where->label[i] && *where->label[i])
			return;
	for (i = 0; i < XMEMD_LABELS; i++)
		where->label[i] =
			json_string_value(json_object_get(place->labels, xmemd_place_keys[i]));
}

/**
 * xmemd_place_done() - forget all of them
 * @model: the model
 */
void xmemd_place_done(struct xmemd_model *model)
{
	struct xmemd_node *node;

	while ((node = xmemd_index_from(&model->places, "")))
		drop(model, node->of);
}
