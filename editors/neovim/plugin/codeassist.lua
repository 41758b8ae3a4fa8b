-- Entry point: starts once the user's configuration has run. `vim.g.loaded_codeassist = 1` before that keeps it out.
if vim.g.loaded_codeassist then
  return
end
vim.g.loaded_codeassist = 1

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('codeassist needs Neovim 0.10 or newer', vim.log.levels.WARN)
  return
end

-- Scheduled, so that a plugin manager which sources this file first can still call setup().
vim.schedule(function()
  require('codeassist').start()
end)
