"""The parts of one loop of the scheduler, each by itself."""


def start(world):
    """The scheduler starts queued runs."""
    with world.session() as session:
        world.scheduler._start_queued_dagruns(session)


def decide(world):
    """The scheduler decides what of a run may be scheduled."""
    from airflow.models.dagrun import DagRun

    with world.session() as session:
        for run in session.query(DagRun):
            world.scheduler._schedule_dag_run(run, session=session)


def enqueue(world):
    """The scheduler hands scheduled task instances to the executor."""
    with world.session() as session:
        world.scheduler._critical_section_enqueue_task_instances(session)
