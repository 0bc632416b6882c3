"""Background work on the database itself, and on jobs that somebody began and never ended."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from shoal.kit.clock import now
from shoal.kit.partitions import ensure_partitions

_log = logging.getLogger(__name__)

# A worker that lost the database just as a job was over goes on without having said so. No job
# takes an hour: long work is cut into batches, each of them its own.
_FORGOTTEN = """
SELECT job.id FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
WHERE job.status = 'doing' AND event.type = 'started'
GROUP BY job.id HAVING max(event.at) < now() - interval '1 hour'
"""


@app.periodic(cron="23 3 * * *")
@app.task(name="shoal.partitions", pass_context=False)
def make_partitions(timestamp: int | None = None) -> None:
    """This will make the coming months' partitions of the facts tables."""
    del timestamp
    ensure_partitions(at=now())


@app.periodic(cron="* * * * *")
@app.task(name="shoal.resume", queueing_lock="shoal.resume", pass_context=True)
async def resume(context: JobContext, timestamp: int | None = None) -> None:
    """This will have the jobs done again whose worker died over them: each is safe to repeat."""
    del timestamp
    jobs = context.app.job_manager
    rows = await context.app.connector.execute_query_all_async(query=_FORGOTTEN)
    stalled = await jobs.get_stalled_jobs()
    left = {int(row["id"]) for row in rows} | {job.id for job in stalled if job.id is not None}
    for number in sorted(left - {context.job.id}):
        try:
            await jobs.retry_job_by_id_async(job_id=number, retry_at=now())
            _log.warning("job %s was left half done; it is done again", number)
        except UniqueViolation:
            # The next of its kind waits already, and does what this one has left.
            await jobs.finish_job_by_id_async(job_id=number, status=Status.FAILED, delete_job=True)
