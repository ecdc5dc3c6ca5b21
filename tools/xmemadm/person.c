// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "person.h"

const struct adm_field adm_profile_fields[] = {
	{ "id", "id", ADM_F_ID, 0, 0 },
	{ "account", "account", ADM_F_NAME, 0, 0 },
	{ "quota", "quota.total", ADM_F_SIZE, 0, ADM_QUOTA_MAX },
	{ "quota-volatile", "quota.volatile", ADM_F_SIZE, 0, ADM_QUOTA_MAX },
	{ "quota-persistent", "quota.persistent", ADM_F_SIZE, 0, ADM_QUOTA_MAX },
	{ "priority", "priority", ADM_F_NUMBER, 0, 100 },
	{ "window", "windows", ADM_F_TEXTS, 0, 0 },
	{ "zone", "", ADM_F_ZONE, 0, 0 },
	{ "max-duration", "max_duration", ADM_F_SECONDS, 1, ADM_YEARS },
	{ "max-not-in-use", "max_not_in_use", ADM_F_SECONDS, 1, ADM_YEARS },
	{ "bandwidth", "bandwidth_class", ADM_F_WORD, 0, 0 },
	{ "max-distance", "max_distance", ADM_F_WORD, 0, 0 },
	{ "appliances", "appliances", ADM_F_LIST, 0, 0 },
	{ "strategy", "strategies", ADM_F_LIST, 0, 0 },
	{ "admit", "admit", ADM_F_WORD, 0, 0 },
	{ "known-only", "known_only", ADM_F_FLAG, 0, 0 },
	{ "warn", "warn", ADM_F_SECONDS, 1, 86400 },
	{ "grace", "grace", ADM_F_SECONDS, 1, 30 * 86400 },
	{ 0 },
};

const struct adm_column adm_person_columns[] = {
	{ "name", "NAME", ADM_TEXT },
	{ "id", "ID", ADM_TEXT | ADM_SPARE },
	{ "account", "ACCOUNT", ADM_TEXT | ADM_SPARE },
	{ "priority", "PRIORITY", ADM_NUMBER | ADM_SPARE },
	{ "quota.total", "QUOTA", ADM_SIZE },
	{ "used.total", "USED", ADM_SIZE },
	{ "used.volatile", "VOLATILE", ADM_SIZE },
	{ "used.persistent", "PERSISTENT", ADM_SIZE },
	{ 0 },
};

static const struct adm_column person_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "id", "id", ADM_TEXT },
	{ "account", "account", ADM_TEXT },
	ADM_PROFILE_LINES,
	{ 0 },
};

/**
 * adm_person_show() - print an account or a client
 * @adm: the run
 * @list: path of all of them, with a slash at the end
 * @name: which
 *
 * Return: 0 or a negative errno.
 */
int adm_person_show(struct adm *adm, const char *list, const char *name)
{
	json_t *answer;
	int rc = adm_check_name(adm, name);

	if (!rc)
		rc = adm_manager(adm, "GET", list, name, NULL, &answer);
	return rc ? rc : adm_print_object(adm, answer, person_lines, NULL, NULL);
}

/**
 * adm_person_strip() - take away what an answer has beside the settings
 * @object: the answer
 */
void adm_person_strip(json_t *object)
{
	json_object_del(object, "used");
}

/**
 * adm_person_set() - make an account or a client, or change its settings
 * @adm: the run
 * @args: as given
 * @options: options of the command
 * @list: path of all of them, with a slash at the end
 *
 * What no option names stays as it is.
 *
 * Return: 0 or a negative errno.
 */
int adm_person_set(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		   const char *list)
{
	json_t *object = json_object(), *answer;
	int rc = adm_check_name(adm, args->word[0]);

	/* nobody is asked when what was typed makes no sense */
	if (!rc)
		rc = adm_fields_change(adm, args, options, adm_profile_fields, object);
	json_decref(object);
	if (rc)
		return rc;
	rc = adm_manager(adm, "GET", list, args->word[0], NULL, &object);
	if (rc && adm->err.status != 404)
		return rc;
	if (rc)
		object = json_object();
	adm_person_strip(object);
	adm_set(object, "name", json_string(args->word[0]));
	rc = adm_fields_change(adm, args, options, adm_profile_fields, object);
	if (rc) {
		json_decref(object);
		return rc;
	}
	rc = adm_manager(adm, "PUT", list, args->word[0], object, &answer);
	return rc ? rc : adm_print_object(adm, answer, person_lines, NULL, NULL);
}

/**
 * adm_person_remove() - forget an account or a client
 * @adm: the run
 * @list: path of all of them, with a slash at the end
 * @name: which
 *
 * Return: 0 or a negative errno.
 */
int adm_person_remove(struct adm *adm, const char *list, const char *name)
{
	json_t *answer;
	int rc = adm_check_name(adm, name);

	if (!rc)
		rc = adm_manager(adm, "DELETE", list, name, NULL, &answer);
	return rc ? rc : adm_manager_done(adm, answer, "removed", name);
}
