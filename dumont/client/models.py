"""The shapes of the API, made by scripts/generate_client.py from web/openapi.json: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AgentAck(TypedDict):
    id: str
    state: Literal['running', 'done', 'failed']
    percent: NotRequired[float | None]
    result: NotRequired[dict[str, Any]]
    error_code: NotRequired[str | None]
    error_message: NotRequired[str | None]


class AgentCalled(TypedDict):
    called: bool


class AgentCommand(TypedDict):
    id: str
    kind: str
    args: dict[str, Any]


class AgentFacts(TypedDict):
    hostname: NotRequired[str | None]
    system: NotRequired[str | None]
    python: NotRequired[str | None]
    driver: NotRequired[str | None]
    cuda_max: NotRequired[str | None]
    gpus: NotRequired[list[str] | None]
    cpu_cores: NotRequired[int | None]
    ram_gb: NotRequired[float | None]
    disk_write_mbps: NotRequired[float | None]
    net_down_mbps: NotRequired[float | None]
    workspace: NotRequired[str | None]
    dropped: NotRequired[str | None]


class AgentNotice(TypedDict):
    id: str
    source: str
    at: str
    ends_at: NotRequired[str | None]


class ApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    expires_at: str | None


class ApiKeyWish(TypedDict):
    name: str
    scopes: list[Literal['account:read', 'account:write', 'teams:read', 'teams:write', 'provider-keys:write', 'jobs:read', 'jobs:manage', 'workers:read', 'audit:read', 'users:manage', 'settings:read', 'providers:sync', 'machines:read', 'machines:write', 'machines:manage', 'snapshots:read', 'snapshots:write', 'fleet:read', 'fleet:write', 'fleet:manage']]
    expires_at: NotRequired[str | None]


class Area(TypedDict):
    key: str
    title: str
    ready: bool


class AuditEntry(TypedDict):
    id: str
    at: str
    actor_id: str | None
    actor_email: str | None
    action: str
    object_type: str
    object_id: str
    summary: str
    ip: str
    request_id: str
    details: dict[str, Any]


class Begun(TypedDict):
    provider: str
    job_id: str


class BegunJobs(TypedDict):
    jobs: list[Begun]


class BlacklistEntry(TypedDict):
    id: str
    provider: str
    machine_id: str
    key: str
    blacklist_type: Literal['temporary', 'automatic', 'manual']
    reason: str
    for_everyone: bool
    active: bool
    created_at: str
    created_by: str | None
    expires_at: str | None
    ended_at: str | None
    ended_by: str | None
    ended_why: str | None


class BlacklistWish(TypedDict):
    provider: str
    machine_id: str
    reason: str
    blacklist_type: NotRequired[Literal['manual', 'temporary']]
    for_everyone: NotRequired[bool]


class Boots(TypedDict):
    from_seconds: float
    to_seconds: float
    count: int


class Budget(TypedDict):
    owner_id: str
    max_price_hour: str | None
    per_day: str | None
    per_month: str | None
    price_hour: str
    spent_today: str
    spent_this_month: str
    changed_at: str | None


class BudgetWish(TypedDict):
    max_price_hour: NotRequired[float | str | None]
    per_day: NotRequired[float | str | None]
    per_month: NotRequired[float | str | None]
    team_id: NotRequired[str | None]


class Candidate(TypedDict):
    offer_id: str
    round: int
    provider: str
    machine_id: str
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    region: str | None
    spot: bool
    price_hour: str
    least_cost: str | None
    effective_price_hour: str | None
    reliability_score: float | None
    boot_seconds_p50: float | None
    boot_seconds_p95: float | None
    boots: int
    doubts: list[str]


class CheckWish(TypedDict):
    read_data: NotRequired[bool]
    team_id: NotRequired[str | None]


class CloudSaving(TypedDict):
    provider: str
    model: str
    same_model: bool
    why: str
    price_gpu_hour: str
    cost: str
    saving: str
    saving_percent: float
    offer_id: str


class CompareRow(TypedDict):
    field: str
    title: str
    unit: str
    better: Literal['lower', 'higher', 'none']
    values: list[str | float | bool | None]
    winners: list[int]


class CompareWish(TypedDict):
    ids: list[str]
    disk_gb: NotRequired[float | None]
    hours: NotRequired[float | None]
    snapshot_gb: NotRequired[float | None]


class Completion(TypedDict):
    manifest: NotRequired[str | None]
    new_bytes: NotRequired[int | None]
    files: NotRequired[int | None]
    bytes: NotRequired[int | None]
    raw_bytes: NotRequired[int | None]
    stored_bytes: NotRequired[int | None]
    packs: NotRequired[dict[str, int] | None]
    stages: NotRequired[dict[str, float]]
    unread: NotRequired[int]
    unread_names: NotRequired[list[str]]


class Connection(TypedDict):
    name: str
    host: str
    port: int
    user: str
    direct: bool
    host_key: str
    host_key_alias: str
    has_ssh_keys: bool
    known_hosts: str
    command: str
    ssh_config: str


class Cost(TypedDict):
    provider: str | None
    offer_id: str | None
    price_gpu_hour: str
    cost: str


class CostingMachine(TypedDict):
    rental_id: str
    provider: str
    machine_id: str
    provider_machine_id: str | None
    role: Literal['racer', 'primary', 'standby']
    stage: Literal['intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended']
    price_hour: str
    cost: str
    asked_at: str | None
    why: str


class Credential(TypedDict):
    name: str
    title: str
    secret: bool
    optional: bool
    hint: str


class DaySavings(TypedDict):
    hours_asleep: float
    given_up: str
    storage: str
    race_overhead: str
    saved: str
    day: str
    spent: str


class DaySummary(TypedDict):
    day: str
    attempts: int
    success_rate: float | None


class Difference(TypedDict):
    path: str
    change: Literal['added', 'removed', 'changed', 'attributes']
    kind: Literal['file', 'folder', 'link', 'hardlink']
    bytes_before: int | None
    bytes_after: int | None


class DownloadAddress(TypedDict):
    url: str
    expires_at: str


class DownloadWish(TypedDict):
    path: NotRequired[str]


class EffectiveParts(TypedDict):
    compute: str
    disk: str
    bandwidth: str
    boot: str
    failure: str
    interruption: str


class Facet(TypedDict):
    value: str
    offers: int


class Facets(TypedDict):
    models: list[Facet]
    providers: list[Facet]
    countries: list[Facet]


class Failover(TypedDict):
    id: str
    kind: str
    rehearsal: bool
    why: str
    began_at: str
    noticed_at: str
    on_standby_at: str | None
    recovered_at: str | None
    ended_at: str | None
    stages: dict[str, float]
    lost_bytes: int | None
    lost_seconds: float | None


class FailureReport(TypedDict):
    code: str
    message: str
    hint: NotRequired[str | None]


class Fault(TypedDict):
    code: str
    message: str
    hint: str | None


class FileEntry(TypedDict):
    name: str
    path: str
    kind: Literal['file', 'folder', 'link', 'hardlink']
    size: int
    mode: str
    uid: int
    gid: int
    modified_at: str
    link: str | None
    entries: int | None


class Forgot(TypedDict):
    email: str


class GParts(TypedDict):
    performance: float
    memory: float
    price: float
    reliability: float


class Goes(TypedDict):
    id: str
    label: str
    host: str
    root: str
    created_at: str
    unique_bytes: int | None


class GoneMachine(TypedDict):
    rental_id: str
    provider: str
    machine_id: str
    provider_machine_id: str | None
    ended_at: str
    confirmed_by: Literal['listing', 'never_made']
    why_ended: str | None
    cost: str


class GpuFacts(TypedDict):
    name: str
    vendor: str
    architecture: str
    vram_gb: float
    tflops: float
    fp32_tflops: float
    bandwidth_gbs: float
    tdp_watts: int
    verified: bool


class GpuSample(TypedDict):
    index: int
    name: str
    utilisation: NotRequired[float | None]
    memory_used_mb: NotRequired[float | None]
    memory_total_mb: NotRequired[float | None]
    temperature_c: NotRequired[float | None]
    power_w: NotRequired[float | None]
    processes: NotRequired[int | None]


class Grant(TypedDict):
    access_token: str
    token_type: NotRequired[Literal['bearer']]
    expires_in: int
    refresh_token: str | None


class GrantState(TypedDict):
    purpose: Literal['snapshot', 'restore']
    access: Literal['read', 'write']
    snapshot_id: str
    restore_id: str | None
    state: str
    manifest: str | None
    label: str
    path: str
    paths: list[str]
    tags: list[str]
    cancel: bool
    expires_at: str


class HandedGrant(TypedDict):
    token: str
    access: Literal['read', 'write']
    url: str
    expires_at: str


class HibernationChange(TypedDict):
    gpu_percent: NotRequired[float | None]
    idle_seconds: NotRequired[float | None]
    grace_seconds: NotRequired[float | None]
    warn_seconds: NotRequired[float | None]
    release_seconds: NotRequired[float | None]
    cpu_percent: NotRequired[float | None]
    network_mbps: NotRequired[float | None]
    enabled: NotRequired[bool | None]
    dry_run: NotRequired[bool | None]
    sessions: NotRequired[bool | None]
    processes: NotRequired[list[str] | None]


class HibernationRule(TypedDict):
    enabled: bool
    dry_run: bool
    gpu_percent: float
    idle_seconds: float
    grace_seconds: float
    warn_seconds: float
    release_seconds: float
    cpu_percent: float
    network_mbps: float
    sessions: bool
    processes: list[str]


class HibernationWish(TypedDict):
    gpu_percent: NotRequired[float | None]
    idle_seconds: NotRequired[float | None]
    grace_seconds: NotRequired[float | None]
    warn_seconds: NotRequired[float | None]
    release_seconds: NotRequired[float | None]
    cpu_percent: NotRequired[float | None]
    network_mbps: NotRequired[float | None]
    enabled: NotRequired[bool]
    dry_run: NotRequired[bool]
    sessions: NotRequired[bool]
    processes: NotRequired[list[str]]


class Hidden(TypedDict):
    blacklisted: int
    unavailable: int
    below_threshold: int


class InstanceCommand(TypedDict):
    id: str
    rental_id: str
    kind: Literal['setup', 'snapshot', 'restore', 'hook', 'run', 'shutdown', 'standing', 'check', 'logs']
    state: Literal['queued', 'sent', 'running', 'done', 'failed']
    percent: float | None
    created_at: str
    sent_at: str | None
    ended_at: str | None
    error: Fault | None


class InstanceCourse(TypedDict):
    deadline: str
    work_hours: float
    done_hours: float
    kept_hours: float
    counts: bool
    left_hours: float
    slack_hours: float | None
    action: Literal['spot', 'on_demand', 'wait'] | None
    place: str | None
    why: str | None
    asked_at: str | None
    ask_at: str | None
    latest_at: str | None
    costs: dict[Literal['spot', 'on_demand', 'wait'], str]
    outcome: Literal['finished', 'counted', 'missed'] | None
    ended_at: str | None


class InstanceEvent(TypedDict):
    id: str
    at: str
    kind: str
    from_state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed'] | None
    to_state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed'] | None
    why: str
    who: str
    details: dict[str, Any]


class InstanceLog(TypedDict):
    source: Literal['run', 'onstart', 'agent', 'cloud']
    text: str
    more: bool
    anew: bool
    cursor: str | None
    live: bool
    provider: str | None
    machine_id: str | None
    as_of: str
    note: str | None


class InstanceMachine(TypedDict):
    rental_id: str
    held: bool
    role: Literal['racer', 'primary', 'standby']
    stage: Literal['intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended']
    provider: str
    machine_id: str
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    cpu_cores: float | None
    ram_gb: float | None
    disk_gb: float
    region: str | None
    country: str | None
    spot: bool
    price_hour: str
    since: str


class InstanceRental(TypedDict):
    id: str
    role: Literal['racer', 'primary', 'standby']
    wanted: Literal['held', 'stopped', 'gone']
    stage: Literal['intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended']
    provider: str
    machine_id: str
    provider_machine_id: str | None
    label: str
    gpu_name: str | None
    gpu_count: int
    region: str | None
    spot: bool
    price_hour: str
    cost: str
    paid_until: str | None
    race_id: str | None
    seen_state: str | None
    seen_at: str | None
    created_at: str
    running_at: str | None
    ssh_at: str | None
    agent_at: str | None
    beat_at: str | None
    ended_at: str | None
    why_ended: str | None
    error: Fault | None


class InstanceRun(TypedDict):
    state: Literal['waiting', 'running', 'done', 'failed', 'stopped', 'unknown']
    began_at: str | None
    ended_at: str | None
    code: int | None
    why: str


class InstanceSavings(TypedDict):
    hours_asleep: float
    given_up: str
    storage: str
    race_overhead: str
    saved: str
    instance_id: str
    name: str
    spent: str
    on_demand: str | None
    on_demand_of: str | None


class InstanceSchedule(TypedDict):
    id: str
    action: Literal['wake', 'hibernate']
    at: str | None
    cron: str | None
    timezone: str
    next_at: str | None
    last_at: str | None
    last_outcome: str | None


class InstanceScheduleWish(TypedDict):
    action: Literal['wake', 'hibernate']
    at: NotRequired[str | None]
    cron: NotRequired[str | None]
    timezone: NotRequired[str]


class InstanceSchedules(TypedDict):
    items: list[InstanceSchedule]


class InstanceStandby(TypedDict):
    enabled: bool
    kind: Literal['cpu', 'gpu']
    provider: str
    machine_type: str
    sync_seconds: int
    state: Literal['off', 'starting', 'syncing', 'synced', 'serving', 'failed']
    rental_id: str | None
    synced_at: str | None
    sync_at: str | None
    error: Fault | None


class Invitation(TypedDict):
    id: str
    team_id: str
    team_name: str
    role: Literal['owner', 'admin', 'member']
    invited_by: str
    created_at: str
    expires_at: str


class InvitationWish(TypedDict):
    email: str
    role: NotRequired[Literal['owner', 'admin', 'member']]


class JobError(TypedDict):
    code: str
    message: str
    hint: NotRequired[str | None]


class KeepAwake(TypedDict):
    seconds: NotRequired[float | None]
    until: NotRequired[str | None]


class KeepRules(TypedDict):
    keep_last: NotRequired[int]
    keep_hourly: NotRequired[int]
    keep_daily: NotRequired[int]
    keep_weekly: NotRequired[int]
    keep_monthly: NotRequired[int]


class KeptStorage(TypedDict):
    snapshots: int
    bytes: int
    cost_month: str


class KnownFrom(TypedDict):
    available: bool
    note: str | None


class LabelRules(TypedDict):
    label: str | None
    instance_id: str | None
    rules: KeepRules
    changed_at: str


class Lane(TypedDict):
    rental_id: str
    round: int
    provider: str
    machine_id: str
    gpu_name: str | None
    gpu_count: int
    region: str | None
    spot: bool
    price_hour: str
    lane: Literal['waiting', 'creating', 'booting', 'ssh', 'agent', 'winner', 'ending', 'destroyed']
    stage: Literal['intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended']
    winner: bool
    created_at: str
    ended_at: str | None
    seconds: float
    stages: dict[str, float]
    why_ended: str | None
    cost: str
    error: Fault | None


class LaunchPrices(TypedDict):
    hour: str
    hour_min: str
    hour_max: str
    day: str
    day_hibernating: str
    busy_hours: float
    month: str
    month_hibernating: str


class LaunchWarning(TypedDict):
    code: str
    message: str
    hint: str | None
    count: int | None


class LeftCost(TypedDict):
    snapshots: int
    unique_bytes: int
    cost_month: str | None


class LeftDeleted(TypedDict):
    deleted: int
    more: bool


class LikeExplained(TypedDict):
    instance_id: str
    hibernation_id: str | None
    gpu_name: str | None
    gpu_count: int
    hours: float
    price_hour: str
    of: str
    cost: str


class ListedObject(TypedDict):
    name: str
    size: int
    modified: float


class Listing(TypedDict):
    items: list[ListedObject]
    next_cursor: str | None


class MachineAttempt(TypedDict):
    id: str
    at: str
    type: Literal['deploy', 'wake', 'failover', 'health_check']
    success: bool
    reason: Literal['driver_mismatch', 'boot_timeout', 'ssh_failed', 'gpu_not_ready', 'frequent_interrupts', 'hardware_error', 'offer_gone', 'image_pull_failed', 'out_of_disk', 'network', 'unknown'] | None
    message: str | None
    seconds: float | None
    boot_seconds: float | None
    instance_id: str | None


class MachineDay(TypedDict):
    day: str
    uptime_percentage: float | None
    observed_seconds: float | None
    rentals: int | None
    interruptions: int | None
    gpu_temperature_mean: float | None
    gpu_utilisation_mean: float | None
    boots: int | None
    boot_seconds_p50: float | None
    boot_seconds_p95: float | None


class MachineDays(TypedDict):
    provider: str
    machine_id: str
    key: str
    days: list[MachineDay]


class MachineHistory(TypedDict):
    provider: str
    machine_id: str
    key: str
    status: Literal['excellent', 'good', 'fair', 'poor', 'blacklisted', 'unknown']
    total_attempts: int
    successful_attempts: int
    failed_attempts: int
    success_rate: float | None
    consecutive_failures: int
    failure_reasons: dict[str, int]
    boot_seconds_mean: float | None
    boot_seconds_p95: float | None
    first_attempt_at: str | None
    last_attempt_at: str | None
    last_success_at: str | None
    last_failure_at: str | None
    is_blacklisted: bool
    blacklist: BlacklistEntry | None
    score: float | None
    score_low: float | None
    score_high: float | None


class MachineOffer(TypedDict):
    id: str
    gpu_name: str | None
    gpu_count: int
    region: str | None
    price_hour: str | None
    spot_price_hour: str | None
    available: bool


class MarketProvider(TypedDict):
    name: str
    title: str
    offers: int
    available: int
    models: int
    price_low: str | None
    price_high: str | None
    age_seconds: float | None
    stale: bool


class MarketProviders(TypedDict):
    items: list[MarketProvider]


class Me(TypedDict):
    id: str
    email: str
    name: str
    role: Literal['user', 'operator', 'admin']
    permissions: list[str]
    created_at: str
    last_login_at: str | None


class MeChange(TypedDict):
    name: NotRequired[str | None]


class MemberChange(TypedDict):
    role: Literal['owner', 'admin', 'member']


class Message(TypedDict):
    message: str


class Model(TypedDict):
    name: str
    vendor: str
    architecture: str
    vram_gb: float
    tflops: float
    bandwidth_gbs: float
    offers: int
    available: int
    providers: list[str]
    price_low: str | None
    price_median: str | None
    price_high: str | None
    spot_low: str | None


class ModelHour(TypedDict):
    hour: str
    lowest: str | None
    median: str | None
    highest: str | None
    spot_lowest: str | None
    effective_lowest: str | None
    count: int


class ModelPrices(TypedDict):
    model: str
    lowest: str | None
    median: str | None
    count: int
    spot_lowest: str | None
    effective_lowest: str | None
    reliability: float | None
    trend_7d_percent: float | None
    offer_id: str | None
    series: list[ModelHour]


class ModelSavings(TypedDict):
    variant: str | None
    cheapest: Cost | None
    median: Cost | None
    dearest: Cost | None
    saving_on_median: str | None
    saving_on_dearest: str | None
    clouds: list[CloudSaving]
    offers: int


class Models(TypedDict):
    items: list[Model]


class NewApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    key: str


class NewWebhook(TypedDict):
    id: str
    name: str
    host: str
    ending: str
    form: Literal['json', 'slack']
    topics: list[str]
    enabled: bool
    created_at: str
    changed_at: str
    secret: str


class NextStep(TypedDict):
    what: Literal['hibernate', 'wake', 'release', 'until', 'retry', 'warn', 'awake_ends', 'recover', 'end', 'ask', 'stays']
    at: str | None
    text: str


class Offer(TypedDict):
    id: str
    provider: str
    provider_offer_id: str
    machine_id: str
    host_id: str | None
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    cpu_cores: float | None
    ram_gb: float | None
    disk_gb: float | None
    inet_down_mbps: float | None
    inet_up_mbps: float | None
    cuda_max: float | None
    driver: str | None
    region: str | None
    country: str | None
    price_hour: str | None
    spot_price_hour: str | None
    storage_price_gb_month: str | None
    egress_price_gb: str | None
    provider_reliability: float | None
    verified: bool
    available: bool
    first_seen: str
    last_seen: str
    dph_total: str | None
    spot_dph_total: str | None
    effective_price_hour: str | None
    effective_parts: EffectiveParts | None
    g_score: float | None
    g_parts: GParts | None
    tflops: float
    tflops_per_dollar: float | None
    pareto: bool
    reliability_status: Literal['excellent', 'good', 'fair', 'poor', 'blacklisted', 'unknown']
    success_rate: float | None
    total_attempts: int
    reliability_score: float | None
    is_blacklisted: bool
    blacklist_reason: str | None
    age_seconds: float
    stale: bool


class OfferFilters(TypedDict):
    q: NotRequired[str | None]
    model: NotRequired[list[str]]
    provider: NotRequired[list[str]]
    min_vram: NotRequired[float | None]
    max_vram: NotRequired[float | None]
    min_price: NotRequired[float | None]
    max_price: NotRequired[float | None]
    gpu_count: NotRequired[int | None]
    min_gpus: NotRequired[int | None]
    max_gpus: NotRequired[int | None]
    region: NotRequired[list[str]]
    country: NotRequired[list[str]]
    min_reliability: NotRequired[float | None]
    min_inet_down: NotRequired[float | None]
    min_inet_up: NotRequired[float | None]
    min_cpu_cores: NotRequired[float | None]
    min_ram_gb: NotRequired[float | None]
    min_disk_gb: NotRequired[float | None]
    cuda_min: NotRequired[float | None]
    verified: NotRequired[bool | None]
    min_score: NotRequired[float | None]
    snapshot_gb: NotRequired[float | None]
    hours: NotRequired[float | None]


class OperationTimes(TypedDict):
    kind: str
    provider: str | None
    done: int
    failed: int
    p50_seconds: float | None
    p95_seconds: float | None


class OwnRating(TypedDict):
    rating: int
    comment: str | None
    at: str


class Owner(TypedDict):
    kind: Literal['user', 'team']
    id: str


class PagedApiKey(TypedDict):
    items: list[ApiKey]
    next_cursor: str | None


class PagedAuditEntry(TypedDict):
    items: list[AuditEntry]
    next_cursor: str | None


class PagedBlacklistEntry(TypedDict):
    items: list[BlacklistEntry]
    next_cursor: str | None


class PagedFileEntry(TypedDict):
    items: list[FileEntry]
    next_cursor: str | None


class PagedInstanceEvent(TypedDict):
    items: list[InstanceEvent]
    next_cursor: str | None


class PagedInvitation(TypedDict):
    items: list[Invitation]
    next_cursor: str | None


class PagedMachineAttempt(TypedDict):
    items: list[MachineAttempt]
    next_cursor: str | None


class PagedMachineHistory(TypedDict):
    items: list[MachineHistory]
    next_cursor: str | None


class PasswordChange(TypedDict):
    current_password: str
    new_password: str


class Preferences(TypedDict):
    threshold: int
    exclude_below_threshold: bool
    sort_by_reliability: bool


class PreferencesWish(TypedDict):
    threshold: NotRequired[int]
    exclude_below_threshold: NotRequired[bool]
    sort_by_reliability: NotRequired[bool]


class PricePoint(TypedDict):
    at: str
    price_hour: str | None
    spot_price_hour: str | None


class ProgressInput(TypedDict):
    done_hours: NotRequired[float | None]
    finished: NotRequired[bool]


class ProgressOutput(TypedDict):
    done: float
    total: NotRequired[float | None]
    unit: NotRequired[str]
    stage: NotRequired[str]
    percent: NotRequired[float | None]
    eta: NotRequired[str | None]


class ProgressReport(TypedDict):
    stage: NotRequired[str]
    files: NotRequired[int]
    files_total: NotRequired[int]
    bytes: NotRequired[int]
    bytes_total: NotRequired[int]
    moved_bytes: NotRequired[int]
    seconds: NotRequired[float]
    stages: NotRequired[dict[str, float]]
    hot_ready: NotRequired[bool | None]


class ProgressTaken(TypedDict):
    cancel: bool
    expires_at: str


class ProviderAge(TypedDict):
    name: str
    offers: int
    age_seconds: float | None
    stale: bool
    error: str | None


class ProviderKey(TypedDict):
    provider: str
    fields: dict[str, str]
    updated_at: str


class ProviderKeySecrets(TypedDict):
    fields: dict[str, str]


class ProviderPrices(TypedDict):
    model: str
    lowest: str | None
    median: str | None
    count: int
    spot_lowest: str | None
    effective_lowest: str | None
    reliability: float | None
    trend_7d_percent: float | None
    offer_id: str | None
    series: list[ModelHour]
    provider: str
    title: str
    others: list[ModelPrices]


class ProviderSummary(TypedDict):
    provider: str
    machines: int
    attempts: int
    success_rate: float | None


class PruneWish(TypedDict):
    team_id: NotRequired[str | None]


class Quote(TypedDict):
    provider: str
    price_gpu_hour: str
    offer_id: str


class Race(TypedDict):
    id: str
    attempt_type: str
    state: Literal['running', 'won', 'lost', 'cancelled']
    machines: int
    rounds_max: int
    round: int
    round_seconds: float
    round_began_at: str | None
    winner_id: str | None
    why: str
    expected_cost: str | None
    cost: str
    started_at: str
    ended_at: str | None
    seconds: float
    lanes: list[Lane]


class RaceCost(TypedDict):
    expected: str
    at_most: str
    expected_seconds: float | None
    p95_seconds: float | None
    how: str


class RaceWish(TypedDict):
    machines: NotRequired[int | None]
    rounds: NotRequired[int | None]
    seconds: NotRequired[float | None]


class RatingDone(TypedDict):
    provider: str
    machine_id: str
    key: str
    rating: int
    average_rating: float | None
    ratings: int


class RatingWish(TypedDict):
    rating: int
    comment: NotRequired[str | None]


class ReasonCount(TypedDict):
    reason: str
    count: int


class Receipt(TypedDict):
    race_id: str
    state: Literal['running', 'won', 'lost', 'cancelled']
    entrants: int
    rounds: int
    seconds: float
    winner: Lane | None
    winner_stages: dict[str, float]
    losers: list[Lane]
    losers_seconds: float
    losers_cost: str
    expected_cost: str | None
    confirmed: int
    settled: bool


class Refresh(TypedDict):
    refresh_token: NotRequired[str | None]


class Report(TypedDict):
    provider: str
    fetched: NotRequired[int]
    added: NotRequired[int]
    updated: NotRequired[int]
    gone: NotRequired[int]
    skipped: NotRequired[int]
    slices: NotRequired[int]
    unnamed: NotRequired[int]
    complete: NotRequired[bool]
    notes: NotRequired[list[str]]
    seconds: NotRequired[float]
    error_code: NotRequired[str | None]
    error: NotRequired[str | None]


class Reset(TypedDict):
    token: str
    new_password: str


class ResetLink(TypedDict):
    url: str
    expires_at: str


class ResticLaunch(TypedDict):
    address: str
    password: str
    access_key: str
    secret_key: str
    region: NotRequired[str]
    restore_from: NotRequired[str | None]


class ResticPlace(TypedDict):
    address: str
    region: NotRequired[str]
    restore_from: NotRequired[str | None]


class ResticWish(TypedDict):
    address: str
    password: str
    access_key: str
    secret_key: str
    region: NotRequired[str]


class RestoreWish(TypedDict):
    target: str
    paths: NotRequired[list[str]]


class RetentionWish(TypedDict):
    label: NotRequired[str | None]
    rules: KeepRules | None
    dry_run: NotRequired[bool]
    team_id: NotRequired[str | None]


class RuleShown(TypedDict):
    enabled: bool
    dry_run: bool
    idle_seconds: float
    grace_seconds: float
    warn_seconds: float
    release_seconds: float
    processes: list[str]


class Savings(TypedDict):
    variant: str | None
    cheapest: Cost | None
    median: Cost | None
    dearest: Cost | None
    saving_on_median: str | None
    saving_on_dearest: str | None
    clouds: list[CloudSaving]
    offers: int
    model: str
    models: list[str]
    models_suggested: list[str]
    hours_per_day: float
    days: float
    hours: float
    others: list[ModelSavings]
    as_of: str | None


class ScheduleRow(TypedDict):
    name: str
    cron: str
    next_at: str
    last_job_id: str | None
    last_state: Literal['queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled'] | None


class ScheduleTimes(TypedDict):
    times: list[str]


class Schedules(TypedDict):
    items: list[ScheduleRow]


class ScorePart(TypedDict):
    weight: float
    points: float | None


class ScoreParts(TypedDict):
    uptime: ScorePart
    interruptions: ScorePart
    rating: ScorePart


class SecondPlan(TypedDict):
    kind: Literal['cpu', 'gpu']
    provider: str
    price_hour: str | None


class SessionItem(TypedDict):
    id: str
    created_at: str
    last_used_at: str
    ip: str
    user_agent: str
    current: NotRequired[bool]


class Setting(TypedDict):
    name: str
    env: list[str]
    toml: str
    value: str
    default: str
    source: Literal['default', 'toml', 'environment']
    secret: bool
    description: str


class Settings(TypedDict):
    items: list[Setting]


class SignUp(TypedDict):
    email: str
    name: str
    password: str


class SignalShown(TypedDict):
    signal: Literal['gpu', 'cpu', 'sessions', 'notebooks', 'process', 'network']
    looked_at: bool
    value: float | None
    threshold: float | None
    unit: str
    busy: bool
    quiet_since: str | None
    seconds: float | None


class Sizes(TypedDict):
    files: int
    bytes: int


class SleepExplained(TypedDict):
    hours_asleep: float
    given_up: str
    storage: str
    race_overhead: str
    saved: str
    hibernation_id: str
    instance_id: str
    rental_id: str
    snapshot_id: str | None
    race_id: str | None
    why: str
    slept_at: str
    ended_at: str | None
    price_hour: str
    on_demand_hour: str | None
    on_demand_of: str | None
    snapshot_bytes: int | None
    storage_price_gb_month: str
    formula: str


class SnapshotBrief(TypedDict):
    id: str
    at: str | None
    bytes: int | None
    stored_bytes: int | None
    cost_month: str | None
    engine: Literal['dumont', 'restic']


class SnapshotCost(TypedDict):
    id: str
    label: str
    created_at: str
    unique_bytes: int | None
    cost_month: str | None


class SnapshotFault(TypedDict):
    code: str
    message: str
    hint: str | None


class SnapshotOwner(TypedDict):
    kind: Literal['user', 'team']
    id: str


class SnapshotProgress(TypedDict):
    stage: str
    percent: float | None
    files: int
    files_total: int
    bytes: int
    bytes_total: int
    moved_bytes: int
    bytes_per_second: float
    seconds: float
    seconds_left: float | None
    hot_ready: bool | None
    at: str


class SnapshotWish(TypedDict):
    path: str
    label: NotRequired[str | None]
    instance_id: NotRequired[str | None]
    team_id: NotRequired[str | None]
    tags: NotRequired[list[str]]


class Snooze(TypedDict):
    method: NotRequired[Literal['POST']]
    url: str
    page: str


class Span(TypedDict):
    mean: float
    low: float
    high: float


class StageTimes(TypedDict):
    kind: str
    provider: str | None
    stage: str
    p50_seconds: float
    p95_seconds: float


class StandbyDetail(TypedDict):
    instance_id: str
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    standby: InstanceStandby | None
    failovers: list[Failover]


class StandbyOfInstance(TypedDict):
    instance_id: str
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    standby: InstanceStandby | None


class StandbyUsual(TypedDict):
    enabled: bool
    kind: Literal['cpu', 'gpu']
    provider: str
    machine_type: str
    sync_seconds: int


class StandbyUsualWish(TypedDict):
    enabled: NotRequired[bool]
    kind: NotRequired[Literal['cpu', 'gpu']]
    provider: NotRequired[str | None]
    machine_type: NotRequired[str | None]
    sync_seconds: NotRequired[int | None]
    team_id: NotRequired[str | None]


class StandbyWish(TypedDict):
    enabled: NotRequired[bool]
    kind: NotRequired[Literal['cpu', 'gpu']]
    provider: NotRequired[str | None]
    machine_type: NotRequired[str | None]
    sync_seconds: NotRequired[int | None]


class Standbys(TypedDict):
    usual: StandbyUsual
    items: list[StandbyOfInstance]


class Standing(TypedDict):
    error: str | None
    error_at: str | None
    failures: int
    next_at: str | None
    frozen_reason: str | None
    frozen_at: str | None
    waits: dict[str, float]
    report: Report | None


class Strength(TypedDict):
    score: int
    acceptable: bool
    warning: str | None
    suggestions: list[str]


class StrengthQuestion(TypedDict):
    password: str
    email: NotRequired[str | None]


class System(TypedDict):
    version: str
    has_accounts: bool
    sign_up_open: bool
    demo: bool
    mail_configured: bool
    areas: list[Area]


class TaskStarted(TypedDict):
    kind: Literal['check', 'prune']
    job_id: str


class TaskState(TypedDict):
    kind: Literal['check', 'prune']
    job_id: str
    since: str
    stage: str
    done: float
    total: float | None
    unit: str


class Team(TypedDict):
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str


class TeamChange(TypedDict):
    name: str


class TeamInvitation(TypedDict):
    id: str
    email: str
    role: Literal['owner', 'admin', 'member']
    created_at: str
    expires_at: str


class TeamMember(TypedDict):
    user_id: str
    email: str
    name: str
    role: Literal['owner', 'admin', 'member']
    joined_at: str


class TeamWish(TypedDict):
    name: str


class Totals(TypedDict):
    machines: int
    price_hour: str
    cost: str


class TrialWish(TypedDict):
    record: NotRequired[bool]


class Understood(TypedDict):
    models: list[str] | None
    providers: list[str] | None
    regions: list[str] | None
    countries: list[str] | None
    min_vram: float | None
    max_vram: float | None
    min_price: float | None
    max_price: float | None
    gpu_count: int | None
    min_gpus: int | None
    max_gpus: int | None
    min_reliability: float | None
    min_inet_down: float | None
    min_inet_up: float | None
    min_cpu_cores: float | None
    min_ram_gb: float | None
    min_disk_gb: float | None
    cuda_min: float | None
    verified: bool | None
    spot: bool | None
    available_only: bool
    include_blacklisted: bool
    min_score: float | None
    disk_gb: float
    snapshot_gb: float
    hours: float


class Unfrozen(TypedDict):
    provider: str
    was_frozen: bool


class Unread(TypedDict):
    files: int
    names: list[str]
    agreed: bool


class Urls(TypedDict):
    get: dict[str, str]
    put: dict[str, str]
    delete: dict[str, str]
    headers: dict[str, dict[str, str]]
    expires: str


class UrlsWish(TypedDict):
    get: NotRequired[list[str]]
    put: NotRequired[list[tuple[str, int]]]
    checksums: NotRequired[dict[str, str]]
    sealed: NotRequired[bool]
    delete: NotRequired[list[str]]


class User(TypedDict):
    id: str
    email: str
    name: str
    role: Literal['user', 'operator', 'admin']
    disabled: bool
    created_at: str
    last_login_at: str | None
    sessions: int


class UserChange(TypedDict):
    role: NotRequired[Literal['user', 'operator', 'admin'] | None]
    disabled: NotRequired[bool | None]


class Utilisation(TypedDict):
    at: str | None
    gpu_percent: float | None
    gpu_memory_percent: float | None
    cpu_percent: float | None
    ram_percent: float | None
    disk_percent: float | None
    idle_since: str | None
    gpu: list[float | None]
    cpu: list[float | None]


UtilisationSeries = TypedDict(
    'UtilisationSeries',
    {
        'from': str,
        'to': str,
        'step_seconds': int,
        'at': list[str],
        'samples': list[int],
        'gpu_percent': list[float | None],
        'gpu_percent_max': list[float | None],
        'gpu_memory_percent': list[float | None],
        'gpu_temperature_max': list[float | None],
        'gpu_power_watts': list[float | None],
        'cpu_percent': list[float | None],
        'ram_percent': list[float | None],
        'disk_percent': list[float | None],
        'net_in_mbps': list[float | None],
        'net_out_mbps': list[float | None],
    },
)


class Wanted(TypedDict):
    offer_id: NotRequired[str | None]
    filters: NotRequired[dict[str, Any]]
    image: NotRequired[str]
    disk_gb: NotRequired[float]
    ports: NotRequired[list[int]]
    ssh_keys: NotRequired[list[str]]
    onstart: NotRequired[str]
    run: NotRequired[str]
    workspace: NotRequired[str]
    restic: NotRequired[ResticPlace | None]
    race: NotRequired[RaceWish]
    standby: NotRequired[StandbyWish]
    max_price_hour: NotRequired[str | None]
    spot: NotRequired[bool]
    spread: NotRequired[bool]
    deadline: NotRequired[str | None]
    work_hours: NotRequired[float | None]


class Webhook(TypedDict):
    id: str
    name: str
    host: str
    ending: str
    form: Literal['json', 'slack']
    topics: list[str]
    enabled: bool
    created_at: str
    changed_at: str


class WebhookChange(TypedDict):
    name: NotRequired[str | None]
    url: NotRequired[str | None]
    form: NotRequired[Literal['json', 'slack'] | None]
    topics: NotRequired[list[Literal['idle_soon', 'unused', 'hibernated', 'woken', 'interrupted', 'failed_over', 'launch_failed', 'run_done', 'run_failed', 'standby_trouble', 'paid_hours_end', 'key_refused', 'snapshots_end', 'repository_harmed', 'budget_near', 'budget_over']] | None]
    enabled: NotRequired[bool | None]


class WebhookDelivery(TypedDict):
    id: str
    topic: str
    text: str
    state: Literal['waiting', 'delivered', 'dead']
    tries: int
    status: int | None
    error: str | None
    milliseconds: int | None
    created_at: str
    tried_at: str | None
    ended_at: str | None


class WebhookWish(TypedDict):
    name: str
    url: str
    form: NotRequired[Literal['json', 'slack']]
    topics: list[Literal['idle_soon', 'unused', 'hibernated', 'woken', 'interrupted', 'failed_over', 'launch_failed', 'run_done', 'run_failed', 'standby_trouble', 'paid_hours_end', 'key_refused', 'snapshots_end', 'repository_harmed', 'budget_near', 'budget_over']]


class Webhooks(TypedDict):
    items: list[Webhook]


class WhyAwake(TypedDict):
    instance_id: str
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    why: Literal['off', 'sealed', 'saving', 'unknown', 'unused', 'busy', 'grace', 'kept_awake', 'quiet', 'idle']
    summary: str
    signals: list[SignalShown]
    heard_at: str | None
    used_at: str | None
    armed: bool
    next: Literal['nothing', 'warn', 'hibernate', 'dry_run']
    next_at: str | None
    hibernates_at: str | None
    keep_awake_until: str | None
    rule: RuleShown
    snooze: Snooze


class WorkerRow(TypedDict):
    id: str
    host: str
    pid: int
    started_at: str
    seen_at: str
    running: int


class Workers(TypedDict):
    items: list[WorkerRow]


class FieldProblem(TypedDict):
    field: str
    message: str


class Problem(TypedDict):
    type: NotRequired[str]
    title: str
    status: int
    detail: str
    code: str
    hint: NotRequired[str | None]
    errors: NotRequired[list[FieldProblem]]
    request_id: NotRequired[str]


class AgentAnswer(TypedDict):
    commands: list[AgentCommand]
    every_seconds: float
    watch: list[str]
    deadman_seconds: float
    deadman: dict[str, Any] | None


class AgentSample(TypedDict):
    at: str
    gpus: list[GpuSample]
    cpu_percent: NotRequired[float | None]
    ram_used_mb: NotRequired[float | None]
    ram_total_mb: NotRequired[float | None]
    disk_used_gb: NotRequired[float | None]
    disk_total_gb: NotRequired[float | None]
    net_in_mbps: NotRequired[float | None]
    net_out_mbps: NotRequired[float | None]
    sessions: NotRequired[int | None]
    notebooks: NotRequired[int | None]
    unsaved_mb: NotRequired[float | None]
    processes: NotRequired[list[str]]
    progress: NotRequired[float | None]


class AgentStatus(TypedDict):
    version: str
    boot: str
    seq: int
    samples: list[AgentSample]
    facts: NotRequired[AgentFacts | None]
    notices: NotRequired[list[AgentNotice]]
    acks: NotRequired[list[AgentAck]]


class BlacklistCheck(TypedDict):
    is_blacklisted: bool
    entry: BlacklistEntry | None


class CheckResult(TypedDict):
    at: str
    ok: bool
    read_data: bool
    part: NotRequired[int | None]
    snapshots: int
    packs: int
    bytes: int
    seconds: float
    problems: list[str]
    files_touched: int
    sealed: NotRequired[bool]
    error: SnapshotFault | None


class Comparison(TypedDict):
    offers: list[Offer]
    rows: list[CompareRow]
    winner: int | None


class CostingRental(TypedDict):
    id: str
    instance_id: str
    instance_name: str
    provider: str
    machine_id: str
    provider_machine_id: str | None
    label: str
    gpu_name: str | None
    gpu_count: int
    region: str | None
    role: Literal['racer', 'primary', 'standby']
    wanted: Literal['held', 'stopped', 'gone']
    stage: Literal['intended', 'creating', 'booting', 'running', 'ready', 'stopped', 'ending', 'ended']
    state: str | None
    seen_at: str | None
    spot: bool
    price_hour: str
    cost: str
    attempted_at: str | None
    age_seconds: float
    end_asked_at: str | None
    paid_until: str | None
    extension_error: Fault | None
    error: Fault | None


class CostingRentals(TypedDict):
    items: list[CostingRental]
    next_cursor: str | None
    totals: Totals
    as_of: str


class CoursePlan(TypedDict):
    start: Literal['spot', 'on_demand', 'wait']
    place: str | None
    cost: str
    cost_low: str
    cost_high: str
    cost_on_demand: str
    interruptions: Span
    finished_hours: Span
    words: str
    why: str


class Deal(TypedDict):
    offer: Offer
    price_gpu_hour: str
    median_7d: str
    discount_percent: float
    hours_known: int
    note: str | None


class Deals(TypedDict):
    items: list[Deal]
    models_suggested: list[str]
    as_of: str | None
    history: KnownFrom


class DiffPage(TypedDict):
    items: list[Difference]
    next_cursor: str | None
    added: Sizes
    removed: Sizes
    changed: Sizes
    attributes: int


class EffectiveSpread(TypedDict):
    cheapest: Quote
    dearest: Quote
    spread_percent: float
    saving_hour: str
    saving_month: str


FleetFigures = TypedDict(
    'FleetFigures',
    {
        'from': str,
        'to': str,
        'operations': list[OperationTimes],
        'stages': list[StageTimes],
        'races': int,
        'races_won': int,
        'entrants': int,
        'race_overhead': str,
        'interruptions': int,
        'failovers': int,
        'hibernations': int,
        'running_hours': float,
        'uptime': float | None,
    },
)


class HistorySummary(TypedDict):
    as_of: str
    machines: int
    by_status: dict[Literal['excellent', 'good', 'fair', 'poor', 'blacklisted', 'unknown'], int]
    attempts: int
    success_rate: float | None
    providers: list[ProviderSummary]
    failure_reasons: list[ReasonCount]
    trend: list[DaySummary]


class InstanceChange(TypedDict):
    name: NotRequired[str | None]
    hibernation: NotRequired[HibernationChange | None]
    standby: NotRequired[StandbyWish | None]
    race: NotRequired[RaceWish | None]
    ssh_keys: NotRequired[list[str] | None]
    onstart: NotRequired[str | None]
    run: NotRequired[str | None]
    max_price_hour: NotRequired[float | str | None]
    spot: NotRequired[bool | None]
    restic: NotRequired[ResticWish | None]
    deadline: NotRequired[str | None]
    work_hours: NotRequired[float | None]
    until: NotRequired[str | None]
    until_action: NotRequired[Literal['hibernate', 'destroy'] | None]
    keep_awake_until: NotRequired[str | None]


class InstanceWish(TypedDict):
    name: NotRequired[str | None]
    team_id: NotRequired[str | None]
    offer_id: NotRequired[str | None]
    filters: NotRequired[OfferFilters]
    image: NotRequired[str]
    disk_gb: NotRequired[float]
    env: NotRequired[dict[str, str]]
    ports: NotRequired[list[int]]
    ssh_keys: NotRequired[list[str]]
    onstart: NotRequired[str]
    run: NotRequired[str]
    workspace: NotRequired[str]
    restic: NotRequired[ResticLaunch | None]
    race: NotRequired[RaceWish]
    hibernation: NotRequired[HibernationWish]
    standby: NotRequired[StandbyWish]
    max_price_hour: NotRequired[float | str | None]
    spot: NotRequired[bool]
    spread: NotRequired[bool]
    ttl_seconds: NotRequired[float | None]
    until: NotRequired[str | None]
    until_action: NotRequired[Literal['hibernate', 'destroy']]
    deadline: NotRequired[str | None]
    work_hours: NotRequired[float | None]
    dry_run: NotRequired[bool]


class JobRow(TypedDict):
    id: str
    name: str
    key: str | None
    state: Literal['queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled']
    priority: int
    attempt: int
    attempts_max: int
    progress: ProgressOutput | None
    args: dict[str, Any]
    result: dict[str, Any] | None
    error: JobError | None
    created_at: str
    run_at: str
    started_at: str | None
    finished_at: str | None
    deadline_at: str | None
    cancel_requested: bool
    worker: str | None
    created_by: str | None


class LaunchPlan(TypedDict):
    name: str
    candidates: list[Candidate]
    machines: int
    rounds: int
    round_seconds: float
    fitting: int
    race: RaceCost | None
    prices: LaunchPrices | None
    standby: SecondPlan | None
    course: CoursePlan | None
    warnings: list[LaunchWarning]
    can_launch: bool
    stopped: Fault | None
    as_of: str


class MachineDetail(TypedDict):
    provider: str
    machine_id: str
    key: str
    status: Literal['excellent', 'good', 'fair', 'poor', 'blacklisted', 'unknown']
    total_attempts: int
    successful_attempts: int
    failed_attempts: int
    success_rate: float | None
    consecutive_failures: int
    failure_reasons: dict[str, int]
    boot_seconds_mean: float | None
    boot_seconds_p95: float | None
    first_attempt_at: str | None
    last_attempt_at: str | None
    last_success_at: str | None
    last_failure_at: str | None
    is_blacklisted: bool
    blacklist: BlacklistEntry | None
    score: float | None
    score_low: float | None
    score_high: float | None
    boots: list[Boots]
    offers: list[MachineOffer]
    offers_known: bool


class MachineRatings(TypedDict):
    provider: str
    machine_id: str
    key: str
    average_rating: float | None
    ratings: int
    by_stars: dict[str, int]
    own: OwnRating | None


class MachineScore(TypedDict):
    provider: str
    machine_id: str
    key: str
    status: Literal['scored', 'insufficient_data']
    score: float | None
    score_low: float | None
    score_high: float | None
    parts: ScoreParts
    uptime_percentage: float | None
    interruption_rate: float | None
    average_rating: float | None
    ratings: int
    days: int
    rentals: int
    interruptions: int
    total_attempts: int
    successful_attempts: int
    data_until: str | None
    last_calculated: str | None
    stale: bool
    warning: str | None


class Operation(TypedDict):
    id: str
    instance_id: str
    kind: Literal['launch', 'pause', 'resume', 'hibernate', 'wake', 'snapshot', 'failover', 'half_life', 'destroy', 'rehearsal', 'keep_awake']
    state: Literal['queued', 'running', 'done', 'failed', 'cancelled']
    stage: str
    stage_since: str
    stages: dict[str, float]
    plan: list[str]
    percent: float
    eta_seconds: float | None
    seconds: float
    why: str
    requested_by: str | None
    can_cancel: bool
    cancel_requested: bool
    details: dict[str, Any]
    unread: Unread | None
    error: Fault | None
    created_at: str
    ended_at: str | None


class Opportunity(TypedDict):
    model: str
    cheapest: Quote
    dearest: Quote
    median: str
    spread_percent: float
    saving_hour: str
    saving_month: str
    effective: EffectiveSpread | None
    offers: int
    providers: int
    single_host: bool
    note: str | None


class OwnerCost(TypedDict):
    owner: SnapshotOwner
    stored_bytes: int | None
    shared_bytes: int | None
    cost_month: str | None
    measured_at: str | None


class PagedJobRow(TypedDict):
    items: list[JobRow]
    next_cursor: str | None


class PagedMachineScore(TypedDict):
    items: list[MachineScore]
    next_cursor: str | None


class PagedOperation(TypedDict):
    items: list[Operation]
    next_cursor: str | None


class PagedProviderKey(TypedDict):
    items: list[ProviderKey]
    next_cursor: str | None


class PagedSessionItem(TypedDict):
    items: list[SessionItem]
    next_cursor: str | None


class PagedTeam(TypedDict):
    items: list[Team]
    next_cursor: str | None


class PagedUser(TypedDict):
    items: list[User]
    next_cursor: str | None


class PagedWebhookDelivery(TypedDict):
    items: list[WebhookDelivery]
    next_cursor: str | None


class Proof(TypedDict):
    instance_id: str
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    keep_snapshot: bool
    operation: Operation | None
    price_hour: str
    cost: str
    still_costs: list[CostingMachine]
    confirmed_gone: list[GoneMachine]
    storage: KeptStorage | None
    zero: bool
    as_of: str


class Provider(TypedDict):
    name: str
    title: str
    site: str
    disabled: str | None
    configured: bool
    why_not: str | None
    can: dict[str, bool]
    cannot: dict[str, str]
    credentials: list[Credential]
    where: str
    offers: int
    last_sync_at: str | None
    last_complete_at: str | None
    age_seconds: float | None
    stale: bool
    error_code: str | None
    standing: Standing | None


class ProviderComparison(TypedDict):
    model: str
    models: list[str]
    models_suggested: list[str]
    items: list[ProviderPrices]
    as_of: str | None
    history: KnownFrom


class Providers(TypedDict):
    items: list[Provider]


class PruneResult(TypedDict):
    at: str
    manifests: int
    doomed_packs: int
    doomed_bytes: int
    freed_packs: int
    freed_bytes: int
    mended_indexes: NotRequired[int]
    seconds: float
    error: SnapshotFault | None


RealSavings = TypedDict(
    'RealSavings',
    {
        'hours_asleep': float,
        'given_up': str,
        'storage': str,
        'race_overhead': str,
        'saved': str,
        'from': str,
        'to': str,
        'spent': str,
        'never_hibernated': str,
        'on_demand': str | None,
        'saved_on_demand': str | None,
        'instances': list[InstanceSavings],
        'days': list[DaySavings],
        'explained': list[SleepExplained] | None,
        'explained_on_demand': list[LikeExplained] | None,
    },
)


class RepositoryState(TypedDict):
    owner: SnapshotOwner
    exists: bool
    store: str
    encrypted: bool | None
    snapshots: int
    packs: int | None
    stored_bytes: int | None
    measured_at: str | None
    check: CheckResult | None
    prune: PruneResult | None
    task: TaskState | None


class Restore(TypedDict):
    id: str
    snapshot_id: str
    created_by: str | None
    target: str
    paths: list[str]
    state: Literal['queued', 'running', 'complete', 'failed', 'cancelled']
    created_at: str
    began_at: str | None
    finished_at: str | None
    cancel_requested: bool
    error: SnapshotFault | None
    progress: SnapshotProgress | None
    stages: dict[str, float]


class RestoreStarted(TypedDict):
    restore: Restore
    grant: HandedGrant
    command: str
    bare_command: str


class Retention(TypedDict):
    owner: SnapshotOwner
    default: LabelRules | None
    labels: list[LabelRules]


class RetentionPlan(TypedDict):
    retention: Retention
    applied: bool
    kept: int
    going: list[Goes]
    going_count: int


class SearchAnswer(TypedDict):
    items: list[Offer]
    total: int
    next_cursor: str | None
    sort: Literal['price', '-price', 'effective_price', '-effective_price', 'g_score', '-g_score', 'reliability', '-reliability', 'vram', '-vram', 'tflops_per_dollar', '-tflops_per_dollar']
    hidden: Hidden
    providers: list[ProviderAge]
    models_suggested: list[str]
    understood: Understood
    reliability: KnownFrom


class Snapshot(TypedDict):
    id: str
    owner: SnapshotOwner
    created_by: str | None
    instance_id: str | None
    label: str
    state: Literal['queued', 'running', 'verifying', 'complete', 'failed', 'deleted']
    manifest: str | None
    parent_id: str | None
    engine: Literal['dumont', 'restic']
    repository: str | None
    host: str
    root: str
    tags: list[str]
    encrypted: bool | None
    created_at: str
    began_at: str | None
    completed_at: str | None
    deleted_at: str | None
    left_at: str | None
    undo_until: str | None
    kept_at: str | None
    files: int | None
    bytes: int | None
    stored_bytes: int | None
    new_bytes: int | None
    unique_bytes: int | None
    dedup_ratio: float | None
    compression_ratio: float | None
    cost_month: str | None
    unread: int
    cancel_requested: bool
    error: SnapshotFault | None
    progress: SnapshotProgress | None


class SnapshotDeleted(TypedDict):
    snapshot: Snapshot
    frees_bytes: int | None
    undo_until: str | None
    freed_after: str | None


class SnapshotDetail(TypedDict):
    id: str
    owner: SnapshotOwner
    created_by: str | None
    instance_id: str | None
    label: str
    state: Literal['queued', 'running', 'verifying', 'complete', 'failed', 'deleted']
    manifest: str | None
    parent_id: str | None
    engine: Literal['dumont', 'restic']
    repository: str | None
    host: str
    root: str
    tags: list[str]
    encrypted: bool | None
    created_at: str
    began_at: str | None
    completed_at: str | None
    deleted_at: str | None
    left_at: str | None
    undo_until: str | None
    kept_at: str | None
    files: int | None
    bytes: int | None
    stored_bytes: int | None
    new_bytes: int | None
    unique_bytes: int | None
    dedup_ratio: float | None
    compression_ratio: float | None
    cost_month: str | None
    unread: int
    cancel_requested: bool
    error: SnapshotFault | None
    progress: SnapshotProgress | None
    raw_bytes: int | None
    stages: dict[str, float]
    seconds: float | None
    unread_names: list[str]
    restores: list[Restore]


class SnapshotStarted(TypedDict):
    snapshot: Snapshot
    grant: HandedGrant
    command: str
    bare_command: str


class StorageCost(TypedDict):
    price_gb_month: str | None
    cost_month: str | None
    owners: list[OwnerCost]
    snapshots: list[SnapshotCost]
    left: LeftCost


class TeamDetail(TypedDict):
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str
    members: list[TeamMember]
    invitations: list[TeamInvitation]


class Experience(TypedDict):
    available: bool
    note: str | None
    history: MachineHistory | None
    score: MachineScore | None
    attempts: list[MachineAttempt]
    days: list[MachineDay]


class Instance(TypedDict):
    id: str
    owner: Owner
    launched_by: str | None
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    state_since: str
    why: str
    wish: Literal['running', 'paused', 'hibernated', 'on_standby', 'destroyed']
    error: Fault | None
    machine: InstanceMachine | None
    machines: int
    price_hour: str
    cost: str
    utilisation: Utilisation
    snapshot: SnapshotBrief | None
    next: NextStep | None
    operation: Operation | None
    standby: InstanceStandby | None
    run: InstanceRun | None
    course: InstanceCourse | None
    keep_awake_until: str | None
    until_at: str | None
    until_action: str
    created_at: str
    destroyed_at: str | None


class InstanceDetail(TypedDict):
    id: str
    owner: Owner
    launched_by: str | None
    name: str
    state: Literal['launching', 'running', 'paused', 'hibernating', 'hibernated', 'waking', 'failing_over', 'on_standby', 'recovering', 'interrupted', 'destroying', 'destroyed', 'failed']
    state_since: str
    why: str
    wish: Literal['running', 'paused', 'hibernated', 'on_standby', 'destroyed']
    error: Fault | None
    machine: InstanceMachine | None
    machines: int
    price_hour: str
    cost: str
    utilisation: Utilisation
    snapshot: SnapshotBrief | None
    next: NextStep | None
    operation: Operation | None
    standby: InstanceStandby | None
    run: InstanceRun | None
    course: InstanceCourse | None
    keep_awake_until: str | None
    until_at: str | None
    until_action: str
    created_at: str
    destroyed_at: str | None
    wanted: Wanted
    env_names: list[str]
    hibernation: HibernationRule
    hibernation_own: HibernationWish
    race: Race | None
    rentals: list[InstanceRental]
    commands: list[InstanceCommand]
    connection: Connection | None
    host_key: str
    max_price_hour: str | None


class Launched(TypedDict):
    dry_run: bool
    instance: Instance | None
    operation: Operation | None
    plan: LaunchPlan | None
    warnings: list[LaunchWarning]


class Machine(TypedDict):
    key: str
    offers: list[Offer]
    known: Experience


class OfferDetail(TypedDict):
    id: str
    provider: str
    provider_offer_id: str
    machine_id: str
    host_id: str | None
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    cpu_cores: float | None
    ram_gb: float | None
    disk_gb: float | None
    inet_down_mbps: float | None
    inet_up_mbps: float | None
    cuda_max: float | None
    driver: str | None
    region: str | None
    country: str | None
    price_hour: str | None
    spot_price_hour: str | None
    storage_price_gb_month: str | None
    egress_price_gb: str | None
    provider_reliability: float | None
    verified: bool
    available: bool
    first_seen: str
    last_seen: str
    dph_total: str | None
    spot_dph_total: str | None
    effective_price_hour: str | None
    effective_parts: EffectiveParts | None
    g_score: float | None
    g_parts: GParts | None
    tflops: float
    tflops_per_dollar: float | None
    pareto: bool
    reliability_status: Literal['excellent', 'good', 'fair', 'poor', 'blacklisted', 'unknown']
    success_rate: float | None
    total_attempts: int
    reliability_score: float | None
    is_blacklisted: bool
    blacklist_reason: str | None
    age_seconds: float
    stale: bool
    machine: Machine
    price_history: list[PricePoint]
    gpu: GpuFacts | None
    history: list[ModelHour]
    similar: list[Offer]
    reliability: KnownFrom


class Opportunities(TypedDict):
    items: list[Opportunity]
    as_of: str | None
    models_suggested: list[str]


class PagedInstance(TypedDict):
    items: list[Instance]
    next_cursor: str | None


class PagedRestore(TypedDict):
    items: list[Restore]
    next_cursor: str | None


class PagedSnapshot(TypedDict):
    items: list[Snapshot]
    next_cursor: str | None
