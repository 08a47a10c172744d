/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAM conversation, for applications of every quality. */
#include "pam_7id/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/limits.h"

/* Answers belong to us: wiped and freed exactly once, whatever the application
 * returned. */
static void
release(struct pam_response *response)
{
	if (response == NULL)
		return;
	if (response->resp != NULL) {
		id7_wipe(response->resp, strlen(response->resp));
		free(response->resp);
	}
	free(response);
}

static int
converse(pam_handle_t *pamh, int style, const char *text,
	 struct pam_response **ret_response)
{
	const struct pam_message message = {.msg_style = style, .msg = text};
	const struct pam_message *messages[1] = {&message};
	const struct pam_conv *conv = NULL;
	const void *item = NULL;
	int code;

	*ret_response = NULL;
	code = pam_get_item(pamh, PAM_CONV, &item);
	conv = item;
	if (code != PAM_SUCCESS || conv == NULL || conv->conv == NULL)
		return PAM_CONV_ERR;
	code = conv->conv(1, messages, ret_response, conv->appdata_ptr);
	if (code == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (code == PAM_BUF_ERR)
		return PAM_BUF_ERR;
	return code == PAM_SUCCESS ? PAM_SUCCESS : PAM_CONV_ERR;
}

static int
keep(const char *text, struct id7_secret **ret_answer)
{
	*ret_answer = id7_secret_copy(text, strnlen(text, CONVERSATION_KEEP));
	return *ret_answer == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

int
conversation_ask(pam_handle_t *pamh, const char *prompt, int item,
		 struct id7_secret **ret_answer)
{
	struct pam_response *response = NULL;
	int code;

	code = converse(pamh, PAM_PROMPT_ECHO_OFF, prompt, &response);
	/* A failed conversation owes us nothing that could be trusted to free.
	 */
	if (code != PAM_SUCCESS)
		return code;
	if (response == NULL || response->resp == NULL) {
		release(response);
		return PAM_CONV_ERR;
	}
	code = keep(response->resp, ret_answer);
	if (code == PAM_SUCCESS && item != 0)
		code = pam_set_item(pamh, item, response->resp);
	release(response);
	if (code != PAM_SUCCESS)
		id7_secret_free(ret_answer);
	return code;
}

int
conversation_item(pam_handle_t *pamh, int item, struct id7_secret **ret_answer)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
		return PAM_SUCCESS;
	return keep(value, ret_answer);
}

int
conversation_set_item(pam_handle_t *pamh, int item,
		      const struct id7_secret *answer)
{
	auto_secret *text = id7_secret_make(answer->len + 1);

	if (text == NULL)
		return PAM_BUF_ERR;
	memcpy(text->bytes, answer->bytes, answer->len);
	text->bytes[answer->len] = '\0';
	return pam_set_item(pamh, item, text->bytes);
}

void
conversation_tell(pam_handle_t *pamh, unsigned int flags, int style,
		  const char *text)
{
	struct pam_response *response = NULL;

	if (flags & PAM_SILENT)
		return;
	if (converse(pamh, style, text, &response) == PAM_SUCCESS)
		release(response);
}
