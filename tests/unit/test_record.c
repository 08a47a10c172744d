/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records: golden bytes, one encoding only, reserved bytes, later versions. */
#include <stdlib.h>

#include "common/core/record.h"
#include "tests/support/check.h"

#define RECORD_MAX 2048

/* Different in every byte, so that no two fields can be exchanged unseen. */
static void
fill(void *bytes, size_t len, unsigned int from)
{
	uint8_t *out = bytes;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(from + 3 * i + 1);
}

static struct id7_account
sample_account(void)
{
	struct id7_account a;

	memset(&a, 0, sizeof a);
	strcpy(a.name, "alice.b-c@example_1");
	fill(a.id, sizeof a.id, 1);
	a.epoch = 0x1112131415161718;
	a.revision = 0x2122232425262728;
	a.flags = ID7_ACCOUNT_HELD | ID7_ACCOUNT_RAW_BYTES;
	a.lang = ID7_LANG_JA;
	a.created = 1700000000;
	a.changed = 1700000001;
	a.password_changed = 1700000002;
	a.expires = 1800000000;
	a.disabled_at = 1700000003;
	a.held_at = 1700000004;
	a.held_until = -5;
	strcpy(a.reason, "by hand");
	strcpy(a.address[0], "alice@example.org");
	strcpy(a.address[1], "b@example.net");
	a.address_confirmed[1] = true;
	a.birthdate = 19850203;
	a.cost.opslimit = 3;
	a.cost.memlimit = 67108864;
	fill(a.salt, sizeof a.salt, 2);
	fill(a.verifier, sizeof a.verifier, 3);
	fill(a.old_verifier, sizeof a.old_verifier, 4);
	a.old_since[0] = 1600000001;
	a.old_since[1] = 1600000002;
	strcpy(a.crypt, "$6$salt$hash");
	for (int i = 0; i < ID7_CODE_KINDS; i++) {
		fill(a.code[i].hash, ID7_CODE_HASH_LEN, 5 + (unsigned int)i);
		a.code[i].issued = 1500000000 + i;
		a.code[i].expires = 1500001000 + i;
		a.mailed[i] = 1400000000 + i;
	}
	fill(a.saved, sizeof a.saved, 9);
	return a;
}

static struct id7_tally
sample_tally(void)
{
	struct id7_tally t;

	memset(&t, 0, sizeof t);
	fill(t.id, sizeof t.id, 1);
	t.epoch = 0x3132333435363738;
	t.seq = 0x4142434445464748;
	t.flags = ID7_TALLY_PROVISIONAL;
	t.boot_hash = 0x5152535455565758;
	t.boot = 123456;
	t.wall = 1700000000;
	for (int i = 0; i < ID7_LANES; i++) {
		struct id7_lane_tally *lane = &t.lane[i];

		lane->failures = (uint8_t)(ID7_DENY_MAX - 5 * i);
		for (int k = 0; k < lane->failures; k++) {
			lane->failure[k].at = 1000 * i + k - 7;
			lane->failure[k].fingerprint = 0x10000u + (uint32_t)k;
			lane->failure[k].source = 0x20000u + (uint32_t)k;
		}
		lane->locked = i != 1;
		lane->held = i == 2;
		lane->cleared = i == 1;
		lane->episode = 11 + (uint32_t)i;
		lane->notified = 21 + (uint32_t)i;
		lane->locked_at = -31 - i;
		lane->locked_until = 41 + i;
		lane->since_good = 51 + (uint32_t)i;
		lane->cleared_at = -61 - i;
	}
	for (int i = 0; i < ID7_RESERVATIONS; i += 2) {
		t.reservation[i].nonce = 0x6162636465666700 + (uint64_t)i;
		t.reservation[i].lease = -71 - i;
		t.reservation[i].source = 0x30000u + (uint32_t)i;
		t.reservation[i].lane = (uint8_t)(i % ID7_LANES);
	}
	for (int i = 0; i < ID7_KNOWN_SOURCES; i += 3) {
		t.known[i].source = 0x7172737475767700 + (uint64_t)i;
		t.known[i].day = 19000 + (uint32_t)i;
	}
	fill(t.code_tries, sizeof t.code_tries, 7);
	t.code_consumed = 0x5;
	t.saved_consumed = 0x81;
	t.last_good = 1690000000;
	t.last_bad = 1690000001;
	return t;
}

/* With what came after the first records: no byte of those has another place.
 */
static struct id7_account
sample_account_mailed(void)
{
	struct id7_account a = sample_account();

	for (int i = 4; i < ID7_MAILED; i++)
		a.mailed[i] = 1400000000 + i;
	a.lock_mail_day = 0x91929394;
	a.lock_mails = 0x95;
	a.confirm_place = 1;
	a.address_changed = 1300000001;
	a.saved_issued = 1300000002;
	return a;
}

static struct id7_tally
sample_tally_codes(void)
{
	struct id7_tally t = sample_tally();

	for (int i = 0; i < ID7_CODE_KINDS; i++)
		t.code_tag[i] = 0xa1a2a300u + (uint32_t)i;
	t.saved_tag = 0xb1b2b3b4;
	t.saved_tries = 0xb5;
	t.last_old = 1680000001;
	t.reset_asked = 1680000002;
	t.unlocked_at = 1680000003;
	return t;
}

static struct id7_meta
sample_meta(void)
{
	struct id7_meta m;

	memset(&m, 0, sizeof m);
	m.shards = 256;
	m.generation = 7;
	m.key_id = 3;
	fill(m.key_check, sizeof m.key_check, 1);
	fill(m.store_id, sizeof m.store_id, 2);
	m.created = 1700000000;
	fill(m.nonce, sizeof m.nonce, 3);
	fill(m.sealed_root, sizeof m.sealed_root, 4);
	return m;
}

static struct id7_record_head
sample_head(void)
{
	struct id7_record_head head = {.version = ID7_RECORD_VERSION,
				       .key_id = 0x81828384};

	fill(head.nonce, sizeof head.nonce, 5);
	return head;
}

/* Decodes, and encodes what came out again. */
typedef enum id7_error again_fn(const uint8_t *in, uint8_t *out);

static enum id7_error
account_again(const uint8_t *in, uint8_t *out)
{
	struct id7_account account;
	enum id7_error error = id7_account_decode(in, &account);

	if (error == ID7_OK)
		id7_account_encode(&account, out);
	return error;
}

static enum id7_error
tally_again(const uint8_t *in, uint8_t *out)
{
	struct id7_tally tally;
	enum id7_error error = id7_tally_decode(in, &tally);

	if (error == ID7_OK)
		id7_tally_encode(&tally, out);
	return error;
}

static enum id7_error
meta_again(const uint8_t *in, uint8_t *out)
{
	struct id7_meta meta;
	enum id7_error error = id7_meta_decode(in, &meta);

	if (error == ID7_OK)
		id7_meta_encode(&meta, out);
	return error;
}

static enum id7_error
head_again(const uint8_t *in, uint8_t *out)
{
	struct id7_record_head head;
	enum id7_error error = id7_record_head_decode(in, false, &head);

	if (error == ID7_OK)
		id7_record_head_encode(&head, false, out);
	return error;
}

static size_t
golden_read(const char *data, const char *name, uint8_t *bytes)
{
	char path[512];
	unsigned int value;
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/records/%s", data, name);
	file = fopen(path, "r");
	while (file != NULL && len < RECORD_MAX &&
	       fscanf(file, "%2x", &value) == 1)
		bytes[len++] = (uint8_t)value;
	if (file != NULL)
		fclose(file);
	return len;
}

/* Written by version 1 and read for ever. */
static void
check_golden(const char *data, const char *name, const uint8_t *bytes,
	     size_t len, again_fn *again)
{
	uint8_t golden[RECORD_MAX] = {0};
	uint8_t back[RECORD_MAX] = {0};
	size_t got = golden_read(data, name, golden);

	CHECK_INT(got, len);
	CHECK_MEM(golden, bytes, len);
	CHECK_INT(again(golden, back), ID7_OK);
	CHECK_MEM(back, golden, len);
	if (got == len && memcmp(golden, bytes, len) == 0)
		return;
	fprintf(stderr, "%s should hold:\n", name);
	for (size_t i = 0; i < len; i++)
		fprintf(stderr, "%02x%s", bytes[i], i % 32 == 31 ? "\n" : "");
	fprintf(stderr, "\n");
}

/*
 * Every flipped bit of the first `len` bytes is refused or is another value:
 * then it has exactly these bytes. Nothing decodes to the value of others.
 */
static void
check_mutations(const char *what, const uint8_t *bytes, size_t size, size_t len,
		again_fn *again)
{
	uint8_t mutated[RECORD_MAX];
	uint8_t back[RECORD_MAX];
	unsigned int refused = 0, wrong = 0;

	for (size_t bit = 0; bit < len * 8; bit++) {
		memcpy(mutated, bytes, size);
		memset(back, 0, sizeof back);
		mutated[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (again(mutated, back) != ID7_OK)
			refused++;
		else if (memcmp(mutated, back, len) != 0)
			wrong++;
	}
	CHECK_INT(wrong, 0);
	CHECK(refused > 0);
	printf("%s: %u of %zu flipped bits refused\n", what, refused, len * 8);
}

/* A reserved byte that is not zero: a later version's, or damage. */
static void
check_reserved(const uint8_t *bytes, size_t size, size_t from, size_t to,
	       again_fn *again)
{
	uint8_t mutated[RECORD_MAX];
	uint8_t back[RECORD_MAX];

	for (size_t i = from; i < to; i++) {
		memcpy(mutated, bytes, size);
		CHECK_INT(mutated[i], 0);
		mutated[i] = 0x80;
		CHECK_INT(again(mutated, back), ID7_CORRUPT);
	}
}

static void
check_versions(const uint8_t *bytes, size_t size, again_fn *again)
{
	uint8_t mutated[RECORD_MAX];
	uint8_t back[RECORD_MAX];

	memcpy(mutated, bytes, size);
	mutated[4] = ID7_RECORD_VERSION + 1;
	CHECK_INT(again(mutated, back), ID7_NEWER);
	mutated[6] ^= 1; /* of another length, too */
	CHECK_INT(again(mutated, back), ID7_NEWER);
	mutated[4] = 0;
	CHECK_INT(again(mutated, back), ID7_CORRUPT);
	mutated[4] = ID7_RECORD_VERSION;
	CHECK_INT(again(mutated, back), ID7_CORRUPT);
	mutated[6] ^= 1;
	CHECK_INT(again(mutated, back), ID7_OK);
	mutated[0] = 'x';
	mutated[4] = ID7_RECORD_VERSION + 1;
	CHECK_INT(again(mutated, back), ID7_CORRUPT);
}

static void
test_account(const char *data)
{
	struct id7_account sample = sample_account(), got;
	uint8_t bytes[ID7_BODY_LEN];
	uint8_t mutated[ID7_BODY_LEN];

	id7_account_encode(&sample, bytes);
	check_golden(data, "v1-account.hex", bytes, sizeof bytes,
		     account_again);
	CHECK_INT(id7_account_decode(bytes, &got), ID7_OK);
	CHECK_STR(got.name, sample.name);
	CHECK_STR(got.reason, sample.reason);
	CHECK_STR(got.crypt, sample.crypt);
	CHECK_STR(got.address[0], sample.address[0]);
	CHECK_STR(got.address[1], sample.address[1]);
	CHECK_INT(got.address_confirmed[0], false);
	CHECK_INT(got.address_confirmed[1], true);
	CHECK_INT(got.held_until, -5);
	CHECK_INT(got.birthdate, 19850203);
	CHECK_INT(got.mailed[3], 1400000003);
	CHECK_MEM(got.saved, sample.saved, sizeof got.saved);
	CHECK_MEM(got.code, sample.code, sizeof got.code);
	CHECK_MEM(got.verifier, sample.verifier, sizeof got.verifier);
	check_mutations("account", bytes, sizeof bytes, sizeof bytes,
			account_again);
	check_reserved(bytes, sizeof bytes, 38, 40, account_again);
	check_reserved(bytes, sizeof bytes, 1406, 1408, account_again);
	check_reserved(bytes, sizeof bytes, 1432, ID7_BODY_LEN, account_again);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[36] = ID7_LANG_JA + 1;
	CHECK_INT(id7_account_decode(mutated, &got), ID7_CORRUPT);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[37] = 1u << ID7_ADDRESSES;
	CHECK_INT(id7_account_decode(mutated, &got), ID7_CORRUPT);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[1405] = ID7_ADDRESSES;
	CHECK_INT(id7_account_decode(mutated, &got), ID7_CORRUPT);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[240] = '/';
	CHECK_INT(id7_account_decode(mutated, &got), ID7_CORRUPT);
	memset(mutated, 0, sizeof mutated);
	CHECK_INT(id7_account_decode(mutated, &got), ID7_CORRUPT);
}

/* What earlier records have as zeros is read as nothing; what is there now
 * comes back. */
static void
test_later_fields(const char *data)
{
	struct id7_account account = sample_account(), account_got;
	struct id7_tally tally = sample_tally(), tally_got;
	uint8_t body[ID7_BODY_LEN], bytes[ID7_TALLY_LEN];

	id7_account_encode(&account, body);
	CHECK_INT(id7_account_decode(body, &account_got), ID7_OK);
	CHECK_INT(account_got.mailed[4], 0);
	CHECK_INT(account_got.lock_mails, 0);
	CHECK_INT(account_got.address_changed, 0);
	CHECK_INT(account_got.saved_issued, 0);
	CHECK_INT(account_got.lock_mailed, 0);
	account = sample_account_mailed();
	id7_account_encode(&account, body);
	check_golden(data, "v1-account-mailed.hex", body, sizeof body,
		     account_again);
	check_mutations("account, mailed", body, sizeof body, sizeof body,
			account_again);
	id7_tally_encode(&tally, bytes);
	CHECK_INT(id7_tally_decode(bytes, &tally_got), ID7_OK);
	CHECK_INT(tally_got.saved_tag, 0);
	CHECK_INT(tally_got.reset_asked, 0);
	CHECK_INT(tally_got.unlocked_at, 0);
	tally = sample_tally_codes();
	id7_tally_encode(&tally, bytes);
	check_golden(data, "v1-tally-codes.hex", bytes, sizeof bytes,
		     tally_again);
	check_mutations("tally, codes", bytes, sizeof bytes,
			ID7_TALLY_LEN - ID7_TALLY_SUM_LEN, tally_again);
}

/* Every text at its full length, and one byte more. */
static void
test_account_limits(void)
{
	struct id7_account sample = sample_account(), got;
	uint8_t bytes[ID7_BODY_LEN];

	memset(sample.name, 'n', ID7_NAME_MAX);
	memset(sample.reason, 'r', ID7_REASON_TEXT_MAX);
	memset(sample.address[1], 'a', ID7_ADDRESS_MAX);
	memset(sample.crypt, 'c', ID7_CRYPT_MAX);
	id7_account_encode(&sample, bytes);
	CHECK_INT(id7_account_decode(bytes, &got), ID7_OK);
	CHECK_STR(got.name, sample.name);
	CHECK_STR(got.reason, sample.reason);
	CHECK_STR(got.address[1], sample.address[1]);
	CHECK_STR(got.crypt, sample.crypt);
	bytes[240 + ID7_NAME_MAX] = 'n';
	CHECK_INT(id7_account_decode(bytes, &got), ID7_CORRUPT);
	bytes[240 + ID7_NAME_MAX] = 0;
	bytes[408 + 256 + ID7_ADDRESS_MAX] = 'a';
	CHECK_INT(id7_account_decode(bytes, &got), ID7_CORRUPT);
}

static void
test_tally(const char *data)
{
	struct id7_tally sample = sample_tally(), got;
	uint8_t bytes[ID7_TALLY_LEN];
	uint8_t mutated[ID7_TALLY_LEN];
	size_t body = ID7_TALLY_LEN - ID7_TALLY_SUM_LEN;

	id7_tally_encode(&sample, bytes);
	check_golden(data, "v1-tally.hex", bytes, sizeof bytes, tally_again);
	CHECK_INT(id7_tally_decode(bytes, &got), ID7_OK);
	CHECK_INT(got.lane[0].failures, ID7_DENY_MAX);
	CHECK_INT(got.lane[0].failure[0].at, -7);
	CHECK_INT(got.lane[2].held, true);
	CHECK_INT(got.lane[1].cleared_at, -62);
	CHECK_INT(got.reservation[2].lane, 2);
	CHECK_INT(got.reservation[14].lease, -85);
	CHECK_INT(got.known[15].day, 19015);
	CHECK_INT(got.saved_consumed, 0x81);
	check_mutations("tally", bytes, sizeof bytes, body, tally_again);
	check_versions(bytes, sizeof bytes, tally_again);
	check_reserved(bytes, sizeof bytes, 44, 48, tally_again);
	check_reserved(bytes, sizeof bytes, 94, 96, tally_again);
	check_reserved(bytes, sizeof bytes, 1353, 1356, tally_again);
	check_reserved(bytes, sizeof bytes, 1380, body, tally_again);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[96 + 192] = ID7_DENY_MAX + 1;
	CHECK_INT(id7_tally_decode(mutated, &got), ID7_CORRUPT);
	memcpy(mutated, bytes, sizeof bytes);
	mutated[756 + 16] = ID7_LANES;
	CHECK_INT(id7_tally_decode(mutated, &got), ID7_CORRUPT);
}

/* What lanes added in bytes that were zero before. */
static void
test_tally_lanes(const char *data)
{
	struct id7_tally sample = sample_tally(), got;
	uint8_t bytes[ID7_TALLY_LEN];
	size_t body = ID7_TALLY_LEN - ID7_TALLY_SUM_LEN;

	for (int i = 0; i < ID7_LANES; i++)
		sample.lane[i].level = (uint8_t)(3 + i);
	sample.lane[2].lifetime = true;
	for (int i = 0; i < ID7_SEEN; i += 2) {
		sample.seen[i].fingerprint = 0x40000u + (uint32_t)i;
		sample.seen[i].source = 0x50000u + (uint32_t)i;
	}
	id7_tally_encode(&sample, bytes);
	check_golden(data, "v1-tally-lanes.hex", bytes, sizeof bytes,
		     tally_again);
	CHECK_INT(id7_tally_decode(bytes, &got), ID7_OK);
	CHECK_INT(got.lane[1].level, 4);
	CHECK(got.lane[2].lifetime && !got.lane[0].lifetime);
	CHECK_INT(got.seen[6].fingerprint, 0x40006);
	CHECK_INT(got.seen[6].source, 0x50006);
	check_mutations("tally", bytes, sizeof bytes, body, tally_again);
	check_reserved(bytes, sizeof bytes, 96 + 195, 96 + 196, tally_again);
	bytes[1268 + 8 + 4] = 1;
	CHECK_INT(id7_tally_decode(bytes, &got), ID7_CORRUPT);
}

/* What lies in places not in use is not written. */
static void
test_tally_garbage(void)
{
	struct id7_tally clean = sample_tally(), dirty = clean;
	uint8_t a[ID7_TALLY_LEN], b[ID7_TALLY_LEN];

	dirty.reservation[1].lease = 99;
	dirty.reservation[1].lane = 200;
	dirty.known[1].day = 5;
	dirty.seen[1].source = 7;
	dirty.lane[2].failure[ID7_DENY_MAX - 1].at = 77;
	id7_tally_encode(&clean, a);
	id7_tally_encode(&dirty, b);
	CHECK_MEM(a, b, sizeof a);
}

static void
test_meta(const char *data)
{
	struct id7_meta sample = sample_meta(), got;
	uint8_t bytes[ID7_META_LEN];
	size_t body = ID7_META_LEN - ID7_META_SUM_LEN;
	uint32_t bad[] = {0, 1, 8, 17, 255, 8192};

	id7_meta_encode(&sample, bytes);
	check_golden(data, "v1-meta.hex", bytes, sizeof bytes, meta_again);
	check_mutations("meta", bytes, sizeof bytes, body, meta_again);
	check_versions(bytes, sizeof bytes, meta_again);
	check_reserved(bytes, sizeof bytes, 20, 24, meta_again);
	check_reserved(bytes, sizeof bytes, 136, body, meta_again);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		sample.shards = bad[i];
		id7_meta_encode(&sample, bytes);
		CHECK_INT(id7_meta_decode(bytes, &got), ID7_CORRUPT);
	}
}

static void
test_head(const char *data)
{
	struct id7_record_head sample = sample_head(), got;
	uint8_t bytes[ID7_HEAD_LEN];

	id7_record_head_encode(&sample, true, bytes);
	CHECK_MEM(bytes, "7idL", 4);
	CHECK_INT(id7_record_head_decode(bytes, true, &got), ID7_OK);
	CHECK_INT(id7_record_head_decode(bytes, false, &got), ID7_CORRUPT);
	id7_record_head_encode(&sample, false, bytes);
	CHECK_INT(id7_record_head_decode(bytes, true, &got), ID7_CORRUPT);
	check_golden(data, "v1-head.hex", bytes, sizeof bytes, head_again);
	check_mutations("head", bytes, sizeof bytes, sizeof bytes, head_again);
	check_versions(bytes, sizeof bytes, head_again);
}

int
main(int argc, char **argv)
{
	const char *data = argc > 1 ? argv[1] : "tests/data";

	test_account(data);
	test_later_fields(data);
	test_account_limits();
	test_tally(data);
	test_tally_lanes(data);
	test_tally_garbage();
	test_meta(data);
	test_head(data);
	return check_done();
}
