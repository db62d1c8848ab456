"""All services of one profile, put together and as they are handed to the app."""

from dataclasses import dataclass

from replicate_tui.config import Settings, settings_file
from replicate_tui.paths import ProfilePaths
from replicate_tui.services.account import AccountService
from replicate_tui.services.archive import Archive
from replicate_tui.services.catalog import CatalogService
from replicate_tui.services.checkup import Checkup
from replicate_tui.services.connection import Connection
from replicate_tui.services.costs import Costs
from replicate_tui.services.create import Creator
from replicate_tui.services.deployments import DeploymentService
from replicate_tui.services.drafts import DraftService, PresetService
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.export import ExportService
from replicate_tui.services.hardware import HardwareService
from replicate_tui.services.history import HistoryHealth
from replicate_tui.services.housekeeping import Housekeeping
from replicate_tui.services.kept_answers import KeptAnswers
from replicate_tui.services.limits import SeenLimits
from replicate_tui.services.local_key import LocalKey
from replicate_tui.services.model_lists import ModelLists
from replicate_tui.services.own_models import OwnModelService
from replicate_tui.services.price_book import PriceBook
from replicate_tui.services.pull import HistoryPull
from replicate_tui.services.pulled import PulledRuns
from replicate_tui.services.reconcile import Reconciler
from replicate_tui.services.releases import SeenReleases
from replicate_tui.services.runs import RunService
from replicate_tui.services.runs_folders import RunsFolders
from replicate_tui.services.search import SearchService
from replicate_tui.services.send import Sender
from replicate_tui.services.settings_file import SettingsFile
from replicate_tui.services.storage import StorageService
from replicate_tui.services.tracker import RunTracker
from replicate_tui.services.trainings import TrainingService
from replicate_tui.services.uploads import UploadService
from replicate_tui.services.watch import WatchTools
from replicate_tui.services.webhook_receiver import WebhookReceiver
from replicate_tui.services.webhook_secret import WebhookSecretService
from replicate_tui.store.catalog import DocumentCache
from replicate_tui.store.compaction import Compactor
from replicate_tui.store.database import Database
from replicate_tui.store.drafts import DraftRepository
from replicate_tui.store.metric_names import MetricNames
from replicate_tui.store.model_names import ModelNames
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.presets import PresetRepository
from replicate_tui.store.remembered import Remembered
from replicate_tui.store.runs import RunRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Handed to the app; `memory` keeps small JSON values between starts, `history` says when nothing can be kept."""

    connection: Connection
    catalog: CatalogService
    search: SearchService
    runs: RunService
    trainings: TrainingService
    deployments: DeploymentService
    uploads: UploadService
    hardware: HardwareService
    own_models: OwnModelService
    model_lists: ModelLists
    creator: Creator
    tracker: RunTracker
    pull: HistoryPull
    export: ExportService
    housekeeping: Housekeeping
    webhooks: WebhookReceiver
    prices: PriceList
    drafts: DraftService
    presets: PresetService
    price_book: PriceBook
    settings_file: SettingsFile
    account: AccountService
    webhook_secret: WebhookSecretService
    limits: SeenLimits
    storage: StorageService
    folders: RunsFolders
    memory: Remembered
    history: HistoryHealth
    database: Database

    async def open(self) -> tuple[str, ...]:
        """Open the history and return what a person should know about it, in plain words."""
        await self.database.open()
        await self.account.recall()
        await self.limits.recall()
        await self.folders.recall(self.memory)
        return self.database.notices

    async def begin(self, *, read_account: bool = True) -> None:
        """Take up what an earlier start left, then learn the account's runs and put things in order, in peace.

        Raises ServiceProblem when the history does not say what was left.
        """
        await self.folders.remember(self.memory)
        await self.tracker.resume()
        if read_account:
            self.pull.refresh()
        self.housekeeping.begin()

    @property
    def is_busy(self) -> bool:
        """Whether something is going on that must be seen to its end, or until it is stopped."""
        is_sending = self.creator.is_busy or self.uploads.queue.is_busy
        return is_sending or self.tracker.is_busy or self.webhooks.is_listening

    async def close(self) -> None:
        """Stop following runs, close the client and the history; takes a few seconds at most."""
        await self.webhooks.close()
        await self.uploads.close()
        await self.creator.close()
        await self.housekeeping.stop()
        await self.pull.stop()
        await self.tracker.stop()
        await self.connection.close()
        await self.limits.close()
        self.price_book.close()
        await self.database.close()


def assemble(
    connection: Connection,
    paths: ProfilePaths,
    archive: Archive,
    prices: PriceList = FREE,
    settings: Settings | None = None,
    file: SettingsFile | None = None,
) -> Services:
    """Put the services of a profile together; touches neither the disk nor the network.

    `file` is shared by all profiles of a process, so that a price that is changed in one counts in the others.
    """
    file = file or SettingsFile(settings_file(), settings or Settings())
    prices = prices.copy()
    history = HistoryHealth()
    database = Database(paths.database, on_problem=history.tell, on_notice=history.found)
    runs = RunRepository(database)
    models = ModelRepository(database)
    cache = DocumentCache(database)
    answers = KeptAnswers(connection, cache)
    catalog = CatalogService(connection, cache, models)
    memory = Remembered(database)
    account = AccountService(connection, memory, answers)
    limits = SeenLimits(memory, connection.origin)
    connection.tell_answers(limits.take)
    own_models = OwnModelService(connection, catalog, models)
    releases = SeenReleases(memory, connection.origin)
    costs = Costs(prices, releases)
    key = LocalKey(paths.data / "fingerprint.key")

    async def is_ours(remote_id: str) -> bool:
        return await runs.by_remote_id(connection.origin, remote_id) is not None

    tracker = RunTracker(
        WatchTools(
            connection=connection,
            runs=runs,
            archive=archive,
            reconciler=Reconciler(connection, is_ours, key),
            output_schema=catalog.output_schema,
            priced=costs.priced,
        ),
        database.become_owner,
    )
    deployments = DeploymentService(connection, answers, releases)
    webhook_secret = WebhookSecretService(connection)
    webhooks = WebhookReceiver(connection, webhook_secret, runs, tracker, memory)
    sender = Sender(connection, catalog)
    creator = Creator(connection, runs, tracker, sender, key, deployments.hardware_of, webhooks.hook)
    return Services(
        connection=connection,
        catalog=catalog,
        search=SearchService(connection, catalog, models),
        runs=RunService(connection, runs, tracker, creator),
        trainings=TrainingService(connection, creator),
        deployments=deployments,
        uploads=UploadService(connection, answers, memory),
        hardware=HardwareService(answers, prices),
        own_models=own_models,
        model_lists=ModelLists(connection, catalog, own_models, deployments, models, ModelNames(database), memory),
        creator=creator,
        tracker=tracker,
        pull=HistoryPull(
            connection,
            PulledRuns(connection, runs, tracker, costs.priced),
            memory,
            account,
            database.become_owner,
        ),
        export=ExportService(runs),
        housekeeping=Housekeeping(
            Compactor(database),
            Checkup(database, memory),
            settings or Settings(),
            paths.logs_aside,
            become_owner=database.become_owner,
            is_busy=lambda: bool(tracker.live()),
        ),
        webhooks=webhooks,
        prices=prices,
        drafts=DraftService(DraftRepository(database)),
        presets=PresetService(PresetRepository(database)),
        price_book=PriceBook(file, prices, MetricNames(database)),
        settings_file=file,
        account=account,
        webhook_secret=webhook_secret,
        limits=limits,
        storage=StorageService(paths, archive.folders.current, database, cache),
        folders=archive.folders,
        memory=memory,
        history=history,
        database=database,
    )
