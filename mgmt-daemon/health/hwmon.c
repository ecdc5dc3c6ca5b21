// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Temperatures, and power that sensors measure: /sys/class/hwmon. A sensor that says
 * that it is broken, or tells a temperature that no machine has (inputs without a
 * diode do), is left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/readers.h"

#define HWMON "/sys/class/hwmon"
#define DEGREES_MIN (-100 * 1000)
#define DEGREES_MAX (250 * 1000)

/* A chip that is being read. */
struct chip {
	struct xmemd_health *health;
	const char *dir;
	char name[XMEMD_HEALTH_NAME];
};

/* "temp7_input" is sensor "temp7". */
static bool sensor_of(const char *file, char *sensor, size_t size)
{
	const char *end = strstr(file, "_input");

	return end && !end[strlen("_input")] &&
	       snprintf(sensor, size, "%.*s", (int)(end - file), file) < (int)size;
}

static void name_sensor(const struct xmemd_files *files, const struct chip *chip,
			const char *sensor, char name[2 * XMEMD_HEALTH_NAME])
{
	char path[1024], label[XMEMD_HEALTH_NAME - 1];

	snprintf(path, sizeof(path), HWMON "/%s/%s_label", chip->dir, sensor);
	if (!xmemd_files_text(files, path, label, sizeof(label)))
		snprintf(label, sizeof(label), "%s", sensor);
	snprintf(name, 2 * XMEMD_HEALTH_NAME, "%s/%s", chip->name, label);
}

static void read_degrees(const struct xmemd_files *files, const char *dir, const char *sensor,
			 const char *what, int64_t *degrees)
{
	char path[1024];

	*degrees = XMEMD_HEALTH_NO_DEGREES;
	snprintf(path, sizeof(path), HWMON "/%s/%s_%s", dir, sensor, what);
	xmemd_files_signed(files, path, degrees);
}

static bool read_temperature(const struct xmemd_files *files, const char *file, void *arg)
{
	struct chip *chip = arg;
	struct xmemd_health *health = chip->health;
	struct xmemd_health_sensor *out = &health->sensor[health->sensors];
	char sensor[32], path[1024];
	uint64_t fault = 0;

	if (!sensor_of(file, sensor, sizeof(sensor)))
		return true;
	if (health->sensors == XMEMD_HEALTH_SENSORS) {
		xmemd_files_note(files,
				 HWMON ": more than %d temperatures; the others are left out",
				 XMEMD_HEALTH_SENSORS);
		return false;
	}
	snprintf(path, sizeof(path), HWMON "/%s/%s_fault", chip->dir, sensor);
	xmemd_files_number(files, path, &fault);
	read_degrees(files, chip->dir, sensor, "input", &out->now);
	if (fault || out->now == XMEMD_HEALTH_NO_DEGREES)
		return true;
	name_sensor(files, chip, sensor, out->name);
	if (out->now < DEGREES_MIN || out->now > DEGREES_MAX) {
		xmemd_files_note(files, "temperature %.100s: %" PRId64 " degrees make no sense",
				 out->name, out->now / 1000);
		return true;
	}
	read_degrees(files, chip->dir, sensor, "max", &out->max);
	read_degrees(files, chip->dir, sensor, "crit", &out->crit);
	health->sensors++;
	return true;
}

static bool read_power(const struct xmemd_files *files, const char *file, void *arg)
{
	struct chip *chip = arg;
	struct xmemd_health *health = chip->health;
	struct xmemd_health_supply *out = &health->supply[health->supplies];
	char sensor[32], path[1024];

	if (!sensor_of(file, sensor, sizeof(sensor)))
		return true;
	if (health->supplies == XMEMD_HEALTH_SUPPLIES) {
		xmemd_files_note(files,
				 HWMON ": more than %d sources of power; the others are left "
				       "out",
				 XMEMD_HEALTH_SUPPLIES);
		return false;
	}
	*out = (struct xmemd_health_supply){ .type = "sensor",
					     .online = XMEMD_HEALTH_NONE,
					     .capacity = XMEMD_HEALTH_NONE,
					     .microwatts = XMEMD_HEALTH_NONE,
					     .alarm = XMEMD_HEALTH_NONE };
	snprintf(path, sizeof(path), HWMON "/%s/%s", chip->dir, file);
	xmemd_files_number(files, path, &out->microwatts);
	snprintf(path, sizeof(path), HWMON "/%s/%s_alarm", chip->dir, sensor);
	xmemd_files_number(files, path, &out->alarm);
	name_sensor(files, chip, sensor, out->name);
	if (out->microwatts != XMEMD_HEALTH_NONE || out->alarm != XMEMD_HEALTH_NONE)
		health->supplies++;
	return true;
}

static bool read_chip(const struct xmemd_files *files, const char *dir, void *arg)
{
	struct chip chip = { .health = arg, .dir = dir };
	char path[512];

	snprintf(path, sizeof(path), HWMON "/%s/name", dir);
	if (!xmemd_files_text(files, path, chip.name, sizeof(chip.name)))
		snprintf(chip.name, sizeof(chip.name), "%.60s", dir);
	snprintf(path, sizeof(path), HWMON "/%s", dir);
	xmemd_files_walk(files, path, "temp", read_temperature, &chip);
	xmemd_files_walk(files, path, "power", read_power, &chip);
	return true;
}

/**
 * xmemd_health_read_hwmon() - read the sensors of temperature and power
 * @files: where
 * @health: result
 */
void xmemd_health_read_hwmon(const struct xmemd_files *files, struct xmemd_health *health)
{
	xmemd_files_walk(files, HWMON, "hwmon", read_chip, health);
}
