import { cpSync, existsSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const docs = join(root, 'docs')
// Vue is resolved from where a page is, so the pages are copied to where it is installed.
const pages = join(root, 'site/pages')
rmSync(pages, { recursive: true, force: true })
cpSync(docs, pages, { recursive: true })

const repository = 'https://github.com/koff-cdc/koff/blob/main/'

const page = (text, link) => ({ text, link: `/${link}` })

/** Every page of docs/ stands here: a test compares. */
export const sidebar = [
  {
    text: 'Begin',
    items: [
      page('Start in five minutes', ''),
      page('Install', 'installing'),
      page('Coming from other tools', 'coming-from'),
      page('Several clusters', 'clusters'),
    ],
  },
  {
    text: 'Operate',
    items: [
      page('On call', 'on-call'),
      page('Conditions', 'conditions'),
      page('Operating', 'operating'),
      page('Kubernetes', 'kubernetes'),
      page('Upgrade and roll back', 'upgrading'),
      page('Metrics and alerts', 'metrics'),
      page('Security', 'security'),
      page('Page in the browser', 'page'),
    ],
  },
  {
    text: 'Use',
    items: [
      page('Events', 'events'),
      page('Reading the topic', 'reading'),
      page('Pipelines', 'pipelines'),
      page('History', 'history'),
      page('HTTP API', 'http'),
      page('Library', 'library'),
      page('Formats', 'formats'),
      page('Configuration', 'configuration'),
    ],
  },
  {
    text: 'Understand',
    items: [page('How it stays exact', 'exact'), page('Delivery', 'delivery'), page('Benchmarks', 'benchmarks')],
  },
]

/** A link of a page to a file that is not a page leads to the repository. */
function linkFrom(file, href) {
  const [path, anchor] = href.split('#')
  if (path === '' || /^[a-z]+:/.test(path)) return href
  const target = resolve(dirname(join(docs, relative(pages, file))), path)
  if (!relative(docs, target).startsWith('..') && target.endsWith('.md')) return href
  if (!existsSync(target)) throw new Error(`${file}: ${href}: no such file`)
  return `${repository}${relative(root, target)}${anchor === undefined ? '' : `#${anchor}`}`
}

/** The ids that GitHub gives to headings: links in docs/ work on both. */
function headingId(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

export default {
  title: 'koff',
  description: 'Change data capture for Kafka consumer groups',
  base: '/koff/',
  srcDir: 'pages',
  outDir: './dist',
  cacheDir: './.vitepress/cache',
  rewrites: { 'start.md': 'index.md' },
  cleanUrls: true,
  // Some pages are plain text to GitHub: <name> in them is no element, {{ }} no expression.
  markdown: {
    anchor: { slugify: headingId },
    config(md) {
      md.set({ html: false })
      const render = md.renderer.rules.text
      md.renderer.rules.text = (...args) =>
        (render?.(...args) ?? md.utils.escapeHtml(args[0][args[1]].content)).replaceAll('{{', '&#123;&#123;')
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const { children } of tokens)
          for (const token of children ?? []) {
            const href = token.type === 'link_open' ? token.attrGet('href') : null
            if (href !== null) token.attrSet('href', linkFrom(env.realPath ?? env.path, href))
          }
      })
    },
  },
  themeConfig: {
    sidebar,
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/koff-cdc/koff' }],
    outline: [2, 3],
  },
}
