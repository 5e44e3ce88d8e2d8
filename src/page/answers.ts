import type {
  AboutAnswer,
  ConditionsAnswer,
  EventAnswer,
  EventsAnswer,
  GroupAnswer,
  GroupsAnswer,
  HeatmapAnswer,
  ProgressAnswer,
  RebalancesAnswer,
  TimelineAnswer,
} from '../web/api/answers.ts'

/** What each route that the page asks answers. */
export interface Answers {
  readonly '/api/about': AboutAnswer
  readonly '/api/groups': GroupsAnswer
  readonly '/api/group': GroupAnswer
  readonly '/api/timeline': TimelineAnswer
  readonly '/api/progress': ProgressAnswer
  readonly '/api/rebalances': RebalancesAnswer
  readonly '/api/events': EventsAnswer
  readonly '/api/event': EventAnswer
  readonly '/api/conditions': ConditionsAnswer
  readonly '/api/rebalances/heatmap': HeatmapAnswer
}
