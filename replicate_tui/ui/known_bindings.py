"""All binding ids there are, for checking a key map; imports every screen, so only where there is a key map."""

from textual.dom import DOMNode

from replicate_tui.ui import app
from replicate_tui.ui.keymap import binding_ids
from replicate_tui.ui.modals import base as dialog
from replicate_tui.ui.modals import export, note, presets, replay, tags, upload
from replicate_tui.ui.screens import (
    account,
    base,
    collections,
    delivery,
    deployment,
    deployment_form,
    deployments,
    fields_form,
    files,
    listed_tabs,
    model,
    models,
    monitor,
    profiles,
    run_form,
    runs,
    search,
    training_form,
    training_monitor,
    trainings,
    watched_run,
    webhooks,
    welcome,
)
from replicate_tui.ui.widgets import (
    chart,
    file_log,
    following_view,
    form_list,
    marking_list,
    picture,
    run_list,
    virtual_list,
)
from replicate_tui.ui.widgets.fields import file, glance, number


def known_binding_ids() -> set[str]:
    """Return the ids that `keys` in the settings may name."""
    return binding_ids(owner.BINDINGS for owner in binding_owners())


def binding_owners() -> tuple[type[DOMNode], ...]:
    """Return everything that binds keys under ids, the app first."""
    return (
        app.ReplicateApp,
        base.HouseScreen,
        account.AccountScreen,
        collections.CollectionsScreen,
        delivery.DeliveryScreen,
        deployment.DeploymentScreen,
        deployment_form.DeploymentFormScreen,
        deployments.DeploymentsScreen,
        fields_form.FieldsFormScreen,
        files.FilesScreen,
        listed_tabs.ListedTabs,
        model.ModelScreen,
        models.ModelsScreen,
        monitor.MonitorScreen,
        profiles.ProfileList,
        profiles.ProfilesScreen,
        run_form.RunFormScreen,
        runs.RunsScreen,
        search.SearchScreen,
        trainings.TrainingsScreen,
        training_form.TrainingFormScreen,
        training_monitor.TrainingMonitorScreen,
        watched_run.WatchedRunScreen,
        chart.Chart,
        webhooks.WebhooksScreen,
        welcome.WelcomeScreen,
        virtual_list.VirtualList,
        marking_list.MarkingList,
        run_list.RunList,
        form_list.FormList,
        file.FileEditor,
        glance.ChoiceEditor,
        glance.FoldEditor,
        glance.ListHead,
        glance.LongText,
        glance.ToggleEditor,
        number.NumberEditor,
        dialog.Dialog,
        presets.PresetsDialog,
        export.ExportDialog,
        note.NoteDialog,
        tags.TagsDialog,
        upload.UploadDialog,
        replay.ReplayDialog,
        following_view.FollowingView,
        file_log.FileLog,
        picture.Picture,
    )
