#include <string.h>

#include "base/clock.h"
#include "helper/job.h"

static enum oauth2_err
send_device(struct job *job)
{
	const struct oauth2_device *d = job->device;
	struct wire_out out;

	wire_begin(&out, WIRE_DEVICE);
	wire_put_text(&out, WIRE_TAG_USER_CODE, d->user_code);
	wire_put_text(&out, WIRE_TAG_VERIFICATION_URI, d->verification_uri);
	wire_put_text(&out, WIRE_TAG_VERIFICATION_URI_COMPLETE,
	    d->verification_uri_complete);
	wire_put_u64(&out, WIRE_TAG_EXPIRES_IN, (uint64_t)d->expires_in);
	wire_put_u64(&out, WIRE_TAG_INTERVAL, (uint64_t)d->interval);
	return wire_send(job->wire, &out);
}

static enum oauth2_err
await_poll(struct job *job, int64_t *ret_first_ns)
{
	struct wire_msg m;
	enum oauth2_err err = job_await(job, &m);

	if (err == OAUTH2_ERR_OK)
		*ret_first_ns = clock_monotonic_ns() +
				(int64_t)wire_get_u64(&m, WIRE_TAG_DELAY_S) *
				    CLOCK_NS_PER_S;
	return err;
}

/* Nothing comes from the monitor any more: only its end ends the wait. */
static enum oauth2_err
wait_until(struct job *job, int64_t when_ns)
{
	struct wire_msg m;
	enum oauth2_err err = wire_recv(job->wire, when_ns, &m);

	if (err == OAUTH2_ERR_TIMEOUT)
		return OAUTH2_ERR_OK;
	return err == OAUTH2_ERR_OK ? OAUTH2_ERR_PROTOCOL : err;
}

static enum oauth2_err
poll_for_token(struct job *job, int64_t first_ns, struct oauth2_token **ret)
{
	int64_t next_ns = first_ns;
	enum oauth2_err err;

	do {
		err = wait_until(job, next_ns);
		if (err != OAUTH2_ERR_OK)
			return err;
		memset(&job->detail, 0, sizeof(job->detail));
		err = oauth2_device_poll(job->client, job->device,
		    clock_unix_s(), ret, &job->detail);
		next_ns =
		    clock_monotonic_ns() + job->device->wait * CLOCK_NS_PER_S;
	} while (oauth2_device_goes_on(err));
	return err;
}

enum oauth2_err
job_device(struct job *job, struct oauth2_token **ret)
{
	const struct oauth2_parameters extras = { job->params,
		job->param_count };
	int64_t first_ns = 0;
	enum oauth2_err err;

	err = oauth2_device_start(
	    job->client, &extras, &job->device, &job->detail);
	if (err == OAUTH2_ERR_OK)
		err = send_device(job);
	if (err == OAUTH2_ERR_OK)
		err = await_poll(job, &first_ns);
	if (err == OAUTH2_ERR_OK)
		err = poll_for_token(job, first_ns, ret);
	return err;
}
